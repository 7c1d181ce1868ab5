//! From a request's octets to its answer's.

use crate::{
    answer::Answer,
    asked::{Asked, Known, Method},
    house::{Actor, House},
    problem::{Kind, Problem},
    router::{self, Found, Route},
};
use futures_util::{Stream, StreamExt as _};
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue,
    IF_MATCH, IF_NONE_MATCH, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::{task, time};
use types::right::{Noun, Verb};
use warp::{Buf, Filter, Reply, filters::BoxedFilter, path::FullPath, reply::Response};

/// Where all routes are.
pub const BELOW: &str = "/api/v1";
/// The longest body, in octets.
pub const LONGEST_BODY: usize = 1 << 20;
/// A whole body must come within this time.
const BODY_WAIT: Duration = Duration::from_secs(10);

/// Everything that can be asked for, as warp serves it.
pub fn filter(house: Arc<House>, routes: Arc<[Route]>) -> BoxedFilter<(Response,)> {
    warp::any()
        .and(warp::method())
        .and(warp::path::full())
        .and(query())
        .and(warp::header::headers_cloned())
        .and(warp::ext::get::<Actor>())
        .and(warp::body::stream())
        .then(
            move |method, path: FullPath, query: String, headers, actor: Actor, body| {
                let (house, routes) = (Arc::clone(&house), Arc::clone(&routes));
                async move {
                    let request = Request {
                        method,
                        path,
                        query,
                        headers,
                        actor,
                    };
                    let answer = answer(house, &routes, request, body).await;
                    respond(answer.unwrap_or_else(Answer::from))
                }
            },
        )
        .boxed()
}

/// What is behind the `?`, if there is one.
fn query() -> impl Filter<Extract = (String,), Error = std::convert::Infallible> + Clone {
    warp::query::raw().or_else(|_| async { Ok((String::new(),)) })
}

struct Request {
    method: hyper::Method,
    path: FullPath,
    query: String,
    headers: HeaderMap,
    actor: Actor,
}

async fn answer<B: Buf>(
    house: Arc<House>,
    routes: &[Route],
    request: Request,
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Answer, Problem> {
    let path = request.path.as_str().strip_prefix(BELOW);
    let path = path.ok_or_else(|| Problem::of(Kind::NotFound))?;
    // Asked for its head alone, a thing is shown without its body: that is the server's work.
    let name = match request.method.as_str() {
        "HEAD" => "GET",
        name => name,
    };
    let (route, places) = match router::find(routes, Method::named(name), path) {
        Found::Route(route, places) => (route, places),
        Found::Others(methods) => return Ok(router::others(&methods)),
        Found::Nothing => return Err(Problem::of(Kind::NotFound)),
    };
    may(&request.actor, route.right)?;
    let parameters = parameters(route, &request.query)?;
    let takes_body = route.method == Method::Put;
    if takes_body && !is_json(&request.headers) {
        let why = "send `Content-Type: application/json`";
        return Err(Problem::of(Kind::NotJson).at("Content-Type").because(why));
    }
    let header = |name| request.headers.get(name).map(|value| value.to_str());
    let text = |name: &'static str, value: Option<Result<_, _>>| {
        let unreadable = |_| Problem::of(Kind::NotReadable).at(name);
        value.transpose().map_err(unreadable)
    };
    let known = Known::read(
        text("If-Match", header(IF_MATCH))?,
        text("If-None-Match", header(IF_NONE_MATCH))?,
    )?;
    let whole = time::timeout(BODY_WAIT, whole(body)).await;
    let late = |_| Problem::of(Kind::NotReadable).because("the body did not come in time");
    let asked = Asked {
        actor: request.actor,
        places,
        parameters,
        known,
        body: whole.map_err(late)??,
    };
    let serve = route.serve;
    let served = task::spawn_blocking(move || serve(&house, &asked));
    // A panic was told by its message, and is no reason to end the connection.
    let failed = |_| Problem::of(Kind::Busy).because("the request could not be served");
    served.await.map_err(failed)?
}

fn may(actor: &Actor, right: Option<(Noun, Verb)>) -> Result<(), Problem> {
    match right {
        Some((noun, verb)) if !actor.rights.has(noun, verb) => {
            let why = format!("it takes the right to {verb} {noun}");
            Err(Problem::of(Kind::NotAllowed).because(why))
        }
        _ => Ok(()),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next());
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// The body, if it is not too long.
async fn whole<B: Buf>(
    body: impl Stream<Item = Result<B, warp::Error>>,
) -> Result<Vec<u8>, Problem> {
    let mut body = std::pin::pin!(body);
    let mut whole = Vec::new();
    while let Some(part) = body.next().await {
        let mut part = part.map_err(|_| Problem::of(Kind::NotReadable))?;
        if whole.len() + part.remaining() > LONGEST_BODY {
            let why = format!("a body has {LONGEST_BODY} octets at most");
            return Err(Problem::of(Kind::TooLarge).because(why));
        }
        while part.has_remaining() {
            let chunk = part.chunk();
            whole.extend_from_slice(chunk);
            let length = chunk.len();
            part.advance(length);
        }
    }
    Ok(whole)
}

/// One that is misspelt, meant for another, or there twice, is not passed over.
fn parameters(route: &Route, query: &str) -> Result<BTreeMap<String, String>, Problem> {
    let mut all = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let wrong = |why| Err(Problem::of(Kind::NotReadable).at(&*name).because(why));
        if !route.parameters.iter().any(|known| known.name == name) {
            return wrong("there is no such parameter here");
        }
        if all.insert(name.to_string(), value.into_owned()).is_some() {
            return wrong("it is there twice");
        }
    }
    Ok(all)
}

/// What every answer says beside its own: that it is kept nowhere, and is nothing to show or run in a
/// browser.
const ALWAYS: [(hyper::header::HeaderName, &str); 4] = [
    (CACHE_CONTROL, "no-store"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (
        CONTENT_SECURITY_POLICY,
        "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
    ),
    (REFERRER_POLICY, "no-referrer"),
];

fn respond(answer: Answer) -> Response {
    let mut response = answer.body.into_response();
    *response.status_mut() = hyper::StatusCode::from_u16(answer.status).expect("is one of ours");
    let headers = response.headers_mut();
    headers.remove(CONTENT_TYPE);
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !answer.kind.is_empty() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer.kind));
    }
    let mut put = |name, value: Option<String>| {
        let value = value.and_then(|value| HeaderValue::try_from(value).ok());
        if let Some(value) = value {
            headers.insert(name, value);
        }
    };
    put(ETAG, answer.tag.map(|tag| tag.as_str().to_owned()));
    put(ALLOW, answer.allow);
    response
}

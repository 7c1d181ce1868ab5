//! The description of what can be asked for, by OpenAPI 3.1, from the table by which it is served.

use crate::{
    asked::Method,
    problem::{Kind, Problem},
    router::{Gives, Parameter as Query, Place, Route, Shape},
    serve::BELOW,
};
use serde_json::json;
use utoipa::{
    PartialSchema as _, ToSchema as _,
    openapi::{
        ComponentsBuilder, Content, ContentBuilder, Header, HttpMethod, InfoBuilder, ObjectBuilder,
        OpenApi, OpenApiBuilder, PathItem, PathsBuilder, Ref, RefOr, Required, Response,
        ResponseBuilder, Type,
        path::{Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
        request_body::RequestBodyBuilder,
        schema::{ArrayBuilder, Schema},
    },
};

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

const ABOUT: &str = "What an administrator, officer or technician does, for scripts. Asked at the Unix \
    socket `api.sock` in the controller's directory of data. One thing comes with its version, `ETag`; it \
    is changed and taken out with `If-Match` and that version, or `*` for whatever is there. Bodies are \
    JSON of a MiB at most. What is not done is told as RFC 9457 has it.";

/// The whole description.
pub fn document(routes: &[Route]) -> OpenApi {
    let mut paths = PathsBuilder::new();
    for route in routes {
        let method = match route.method {
            Method::Get => HttpMethod::Get,
            Method::Put => HttpMethod::Put,
            Method::Delete => HttpMethod::Delete,
        };
        let path = format!("{BELOW}{}", route.path);
        paths = paths.path(path, PathItem::new(method, operation(route)));
    }
    let info = InfoBuilder::new()
        .title("sallyport")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT));
    let components = ComponentsBuilder::new()
        .schema(Problem::name(), Problem::schema())
        .schema(Kind::name(), Kind::schema());
    OpenApiBuilder::new()
        .info(info)
        .paths(paths)
        .components(Some(components.build()))
        .build()
}

fn operation(route: &Route) -> Operation {
    let mut operation = OperationBuilder::new()
        .summary(Some(route.summary))
        .operation_id(Some(name(route)));
    operation = operation.tag(route.right.map_or("description", |(noun, _)| noun.name()));
    if let Some((noun, verb)) = route.right {
        let takes = format!("Takes the right to {verb} {noun}.");
        operation = operation.description(Some(takes));
    }
    let names = route.path.split('/').filter_map(|part| {
        let name = part.strip_prefix('{')?;
        name.strip_suffix('}')
    });
    for (name, place) in names.zip(route.places) {
        operation = operation.parameter(in_path(name, place));
    }
    for Query { name, what, shape } in route.parameters {
        let parameter = ParameterBuilder::new()
            .name(*name)
            .parameter_in(ParameterIn::Query)
            .description(Some(*what))
            .schema(Some(shape()));
        operation = operation.parameter(parameter.build());
    }
    if route.method != Method::Get {
        operation = operation.parameter(header(
            "If-Match",
            "The version that is to be changed, as its ETag; or `*`.",
        ));
    }
    if route.method == Method::Put {
        operation = operation.parameter(header("If-None-Match", "`*`: it is not there yet."));
    }
    if let Some(takes) = route.takes {
        let body = RequestBodyBuilder::new()
            .required(Some(Required::True))
            .content(JSON, Content::new(Some(takes())));
        operation = operation.request_body(Some(body.build()));
    }
    for (status, response) in done(route) {
        operation = operation.response(status.to_string(), response);
    }
    for kind in problems(route) {
        operation = operation.response(kind.status().to_string(), problem(kind));
    }
    operation.build()
}

/// For programs that are generated: the method and the words of the path.
fn name(route: &Route) -> String {
    let words = route.path.split(['/', '{', '}', '-', '.']);
    let words = words.filter(|word| !word.is_empty());
    let method = route.method.name().to_lowercase();
    std::iter::once(method.as_str())
        .chain(words)
        .collect::<Vec<_>>()
        .join("_")
}

fn in_path(name: &str, place: &Place) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(place.what))
        .schema(Some(text().pattern(Some(place.pattern))))
        .example(Some(json!(place.example)))
        .build()
}

fn header(name: &str, what: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(what))
        .schema(Some(text()))
        .build()
}

pub fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

pub fn number(least: usize, most: usize) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(least))
        .maximum(Some(most))
}

/// What comes where it is done.
fn done(route: &Route) -> Vec<(u16, Response)> {
    let of = |what: &str| ResponseBuilder::new().description(what);
    let version = || {
        let mut header = Header::new(text());
        header.description = Some("The version of what is shown.".to_owned());
        header
    };
    let one = |what: &str, shows: RefOr<Schema>| {
        of(what)
            .content(JSON, Content::new(Some(shows)))
            .header("ETag", version())
            .build()
    };
    match (route.gives, route.method) {
        (Gives::Nothing, _) => vec![(204, of("Done.").build())],
        (Gives::One(shows), Method::Put) => vec![
            (200, one("It was there, and is this now.", shows())),
            (201, one("It is new.", shows())),
        ],
        (Gives::One(shows), _) => vec![(200, one("It.", shows()))],
        (Gives::Several(shows), _) => {
            let listed = listed(shows);
            vec![(
                200,
                of("All of them.").content(JSON, shaped(listed)).build(),
            )]
        }
        (Gives::Page(shows), _) => {
            let page = paged(shows);
            vec![(
                200,
                of("A page of them.").content(JSON, shaped(page)).build(),
            )]
        }
        (Gives::Text(kind), _) => {
            let text = ContentBuilder::new().schema(Some(text()));
            vec![(200, of("It.").content(kind, text.build()).build())]
        }
    }
}

fn listed(shows: Shape) -> ObjectBuilder {
    let items = ArrayBuilder::new().items(shows());
    ObjectBuilder::new()
        .property("items", items)
        .required("items")
}

fn paged(shows: Shape) -> ObjectBuilder {
    let next = "Where there are more: what `after` is to be for them.";
    let next = text().description(Some(next));
    listed(shows).property("next", next)
}

fn shaped(object: ObjectBuilder) -> Content {
    Content::new(Some(RefOr::T(Schema::from(object.build()))))
}

/// Why it may not be done.
fn problems(route: &Route) -> Vec<Kind> {
    let changes = route.method != Method::Get;
    let all = [
        (Kind::NotReadable, true),
        (Kind::NotAllowed, route.right.is_some()),
        (Kind::NotFound, !route.places.is_empty()),
        (Kind::Conflict, changes),
        (Kind::ChangedMeanwhile, changes),
        (Kind::TooLarge, true),
        (Kind::NotJson, route.takes.is_some()),
        (Kind::NotValid, changes),
        (Kind::SayWhichVersion, changes),
        (Kind::Busy, true),
    ];
    let may_be = all.into_iter().filter(|(_, may_be)| *may_be);
    may_be.map(|(kind, _)| kind).collect()
}

fn problem(kind: Kind) -> Response {
    let schema = Ref::from_schema_name(Problem::name());
    ResponseBuilder::new()
        .description(kind.title())
        .content(PROBLEM, Content::new(Some(RefOr::<Schema>::Ref(schema))))
        .build()
}

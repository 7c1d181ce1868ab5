//! How a plant comes to life.

use crate::runtime::{
    gauges::Gauges,
    links::{HubEnd, KeeperEnd, Links, OfficeEnd, links},
    memory::Resident,
    notice::{Notice, Notices, PortName},
    office::{Office, OfficeRoom},
    plant::{LineTraits, MakeLine, Plant, PlantLine, PlantTrunk},
    recording::{Finished, RecorderHealth, RecorderPlan, Spell},
    station::Station,
    threads::{
        Controller, LineHandle, StartError, ThreadOptions,
        hub::{self, Audience, ENTRIES, HubSeat, Listener},
        keeper::{KeeperSeat, TrunkBoard},
        line::{Left, LineSeat, LineTerms, Others, spawn},
        office::{CALLS, OfficeCall, OfficeSeat},
        recorder::{RecorderSeat, TAP_A_LINE, TrialSeat},
        service::{Service, ServiceTerms, service},
        supervisor::{SupervisorSeat, Ward},
        watchdog::{Hand, WatchdogSeat},
    },
    trunk_room::TrunkRoom,
};
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use drivers::port::Port;
use mio::{Poll, Token, Waker};
use std::sync::{Arc, Mutex, atomic::AtomicBool};
use types::id::{LineId, TrunkId};

const WAKE: Token = Token(0);

/// What each service waits with.
struct Wait {
    poll: Poll,
    waker: Arc<Waker>,
}

impl Wait {
    fn new() -> Result<Wait, StartError> {
        let poll = Poll::new().map_err(StartError::Poll)?;
        let waker = Waker::new(poll.registry(), WAKE).map_err(StartError::Poll)?;
        let waker = Arc::new(waker);
        Ok(Wait { poll, waker })
    }
}

/// A line that is ready to run.
struct Ready {
    traits: LineTraits,
    seat: Box<LineSeat>,
    handle: Arc<LineHandle>,
    hand: Hand,
}

/// The lines, and the others' ends of their rings, in the same order.
#[derive(Default)]
struct Ends {
    ready: Vec<Ready>,
    own_trunk_hands: Vec<(TrunkId, Hand)>,
    office: Vec<(OfficeEnd, Arc<LineHandle>)>,
    keeper: Vec<(KeeperEnd, Arc<Waker>)>,
    hub: Vec<HubEnd>,
}

impl Controller {
    /// Starts all threads. The audience misses nothing.
    ///
    /// # Errors
    /// When a line or a trunk is there twice, or the system gives no threads or descriptors.
    pub fn start(
        plant: Plant,
        options: ThreadOptions,
        audience: Audience,
    ) -> Result<Controller, StartError> {
        check(&plant)?;
        let Plant {
            lines,
            trunks,
            office,
            make_line,
            shared,
            recorder,
        } = plant;
        let (notices, told) = Notices::new();
        let resident = options.lock_memory.then(Arc::<Resident>::default);
        if let (Some(resident), Some(shared)) = (&resident, &shared) {
            resident.lock(shared.speech.audio());
        }
        let waits = [Wait::new()?, Wait::new()?, Wait::new()?];
        let terms = LineTerms {
            clock: options.clock,
            real_time: options.real_time,
            resident,
            notices,
            others: Others {
                keeper: Arc::clone(&waits[0].waker),
                office: Arc::clone(&waits[1].waker),
                hub: Arc::clone(&waits[2].waker),
            },
        };
        let mut ends = Ends::default();
        for line in lines {
            ends.add(line, &make_line, &terms)?;
        }
        let service_terms = ServiceTerms {
            clock: options.clock,
            notices: terms.notices.clone(),
            failed: Arc::default(),
        };
        let start = Start {
            terms,
            service_terms,
            recorder,
            options,
            make_line,
            told,
        };
        start.threads(waits, ends, trunks, OfficeRoom::new(office), audience)
    }
}

fn check(plant: &Plant) -> Result<(), StartError> {
    let mut lines: Vec<LineId> = plant.lines.iter().map(|l| l.id).collect();
    lines.sort_unstable();
    if let Some(twice) = lines.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(StartError::LineTwice(twice[0]));
    }
    let own = plant.lines.iter().filter_map(|l| l.own_trunk.as_ref());
    let all = plant.trunks.iter().chain(own);
    let mut trunks: Vec<TrunkId> = all.map(|t| t.profile.id).collect();
    trunks.sort_unstable();
    match trunks.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(twice) => Err(StartError::TrunkTwice(twice[0])),
        None => Ok(()),
    }
}

impl Ends {
    fn add(
        &mut self,
        line: PlantLine,
        make_line: &MakeLine,
        terms: &LineTerms,
    ) -> Result<(), StartError> {
        let traits = line.traits();
        let PlantLine {
            id,
            phone,
            own_trunk,
            settings,
        } = line;
        let hand = hand(&*phone, PortName::Phone(id), &terms.notices);
        let gauges = Arc::new(Gauges::new(id));
        let Links {
            inbox,
            outbox,
            office,
            keeper,
            hub,
            commands,
        } = links(Arc::clone(&gauges));
        let object = make_line(traits.clone());
        let mut station = Station::new(object, phone, Arc::clone(&gauges));
        if let Some(own) = own_trunk {
            let trunk = own.profile.id;
            let cutoff = self::hand(&*own.port, PortName::Trunk(trunk), &terms.notices);
            self.own_trunk_hands.push((trunk, cutoff));
            station = station.with_own_trunk(own.profile, own.port);
        }
        let seat = LineSeat::new(station, inbox, outbox, terms.clone());
        let (seat, waker) = seat.map_err(StartError::Poll)?;
        let handle = Arc::new(LineHandle {
            gauges,
            waker: Arc::clone(&waker),
            commands: Mutex::new(commands),
            settings: Arc::new(Mutex::new(settings)),
        });
        self.office.push((office, Arc::clone(&handle)));
        self.keeper.push((keeper, waker));
        self.hub.push(hub);
        self.ready.push(Ready {
            traits,
            seat: Box::new(seat),
            handle,
            hand,
        });
        Ok(())
    }
}

fn hand(port: &dyn Port, name: PortName, notices: &Notices) -> Hand {
    match port.cutoff() {
        Ok(hand) => Some(hand),
        Err(error) => {
            let why = error.to_string();
            notices.tell(Notice::NoCutoff { port: name, why });
            None
        }
    }
}

/// What all threads are started with.
struct Start {
    terms: LineTerms,
    service_terms: ServiceTerms,
    recorder: Option<RecorderPlan>,
    options: ThreadOptions,
    make_line: MakeLine,
    told: Receiver<Notice>,
}

/// A recorder whose threads run.
struct StartedRecorder {
    recorder: Service<Vec<Finished>>,
    trial: Service<()>,
    health: Arc<RecorderHealth>,
}

/// Lines whose threads run.
#[derive(Default)]
struct Started {
    wards: Vec<Ward>,
    handles: Vec<Arc<LineHandle>>,
    hands: Vec<(Arc<Gauges>, Hand)>,
}

impl Start {
    /// Services first, then lines, then those who watch them.
    fn threads(
        self,
        waits: [Wait; 3],
        ends: Ends,
        trunks: Vec<PlantTrunk>,
        office: OfficeRoom,
        mut audience: Audience,
    ) -> Result<Controller, StartError> {
        let [keeper_wait, office_wait, hub_wait] = waits;
        let office_waker = Arc::clone(&office_wait.waker);
        let hub_waker = Arc::clone(&hub_wait.waker);
        let board = TrunkBoard::default();
        let (calls, office_calls) = bounded(CALLS);
        let (entries, hub_entries) = bounded(ENTRIES);
        let (left, gone) = unbounded();
        let (over, all_over) = bounded(1);
        let stopping = Arc::new(AtomicBool::new(false));
        let mut trunk_hands = self.trunk_hands(&trunks);
        trunk_hands.extend(ends.own_trunk_hands);
        let keeper = self.keeper(keeper_wait, trunks, ends.keeper, Arc::clone(&board))?;
        let recorder = self.recorder(&mut audience, ends.hub.len(), &calls, &office_waker)?;
        let health = recorder.as_ref().map(|r| Arc::clone(&r.health));
        let room = (office, ends.office);
        let office = self.office(office_wait, room, office_calls, health.clone())?;
        let hub = self.hub(hub_wait, ends.hub, audience, hub_entries)?;
        let lines = start_lines(ends.ready, &left)?;
        let watchdog = self.watchdog(lines.hands, trunk_hands)?;
        let seat = |stop| SupervisorSeat {
            wards: lines.wards,
            left: gone,
            left_again: left,
            calls: calls.clone(),
            office: Arc::clone(&office_waker),
            make_line: self.make_line,
            clock: self.terms.clock,
            notices: self.terms.notices,
            recorder: health.map(|health| (health, Spell::default())),
            resident: self.terms.resident,
            stopping: Arc::clone(&stopping),
            stop,
            all_over: over,
        };
        let terms = &self.service_terms;
        let supervisor = service("supervisor", None, terms, seat, SupervisorSeat::run)?;
        Ok(Controller {
            clock: self.terms.clock,
            lines: lines.handles,
            board,
            calls,
            office_waker,
            entries,
            hub_waker,
            notices: self.told,
            stopping,
            all_over,
            keeper,
            office,
            hub,
            recorder: recorder.map(|r| (r.recorder, r.trial)),
            failed: self.service_terms.failed,
            supervisor,
            watchdog,
        })
    }

    fn trunk_hands(&self, trunks: &[PlantTrunk]) -> Vec<(TrunkId, Hand)> {
        let hand = |trunk: &PlantTrunk| {
            let id = trunk.profile.id;
            let hand = hand(&*trunk.port, PortName::Trunk(id), &self.terms.notices);
            (id, hand)
        };
        trunks.iter().map(hand).collect()
    }

    fn keeper(
        &self,
        wait: Wait,
        trunks: Vec<PlantTrunk>,
        lines: Vec<(KeeperEnd, Arc<Waker>)>,
        board: TrunkBoard,
    ) -> Result<Service<TrunkRoom>, StartError> {
        let trunks = trunks.into_iter().map(|t| (t.profile, t.port)).collect();
        let seat = |stop| KeeperSeat {
            room: TrunkRoom::new(self.terms.clock.now(), trunks),
            lines,
            poll: wait.poll,
            clock: self.terms.clock,
            board,
            stop,
            real_time: self.options.real_time,
            notices: self.terms.notices.clone(),
        };
        service(
            "keeper",
            Some(wait.waker),
            &self.service_terms,
            seat,
            KeeperSeat::run,
        )
    }

    fn office(
        &self,
        wait: Wait,
        (room, lines): (OfficeRoom, Vec<(OfficeEnd, Arc<LineHandle>)>),
        calls: Receiver<OfficeCall>,
        recorder: Option<Arc<RecorderHealth>>,
    ) -> Result<Service<Box<dyn Office>>, StartError> {
        let seat = |stop| OfficeSeat {
            room,
            lines,
            calls,
            poll: wait.poll,
            terms: self.service_terms.clone(),
            recorder,
            stop,
        };
        service(
            "office",
            Some(wait.waker),
            &self.service_terms,
            seat,
            OfficeSeat::run,
        )
    }

    fn hub(
        &self,
        wait: Wait,
        lines: Vec<HubEnd>,
        audience: Audience,
        entries: Receiver<Box<dyn Listener>>,
    ) -> Result<Service<()>, StartError> {
        let seat = |stop| HubSeat {
            lines,
            audience,
            entries,
            poll: wait.poll,
            terms: self.service_terms.clone(),
            stop,
        };
        service(
            "hub",
            Some(wait.waker),
            &self.service_terms,
            seat,
            HubSeat::run,
        )
    }

    /// The recorder, if there is one, as a listener from the first moment on.
    fn recorder(
        &self,
        audience: &mut Audience,
        lines: usize,
        calls: &Sender<OfficeCall>,
        office: &Arc<Waker>,
    ) -> Result<Option<StartedRecorder>, StartError> {
        let Some(plan) = &self.recorder else {
            return Ok(None);
        };
        let terms = &self.service_terms;
        let (listener, tap) = hub::tap(None, lines * TAP_A_LINE);
        audience.add(listener);
        let health = Arc::new(RecorderHealth {
            lost: Arc::clone(&tap.lost),
            ..RecorderHealth::default()
        });
        let seat = |_| RecorderSeat {
            plan: plan.clone(),
            tap: tap.receiver,
            calls: calls.clone(),
            office: Arc::clone(office),
            health: Arc::clone(&health),
            terms: terms.clone(),
        };
        let recorder = service("recorder", None, terms, seat, RecorderSeat::run)?;
        let seat = |stop| TrialSeat {
            plan: plan.clone(),
            health: Arc::clone(&health),
            terms: terms.clone(),
            stop,
        };
        let trial = service("recorder-disk", None, terms, seat, TrialSeat::run)?;
        Ok(Some(StartedRecorder {
            recorder,
            trial,
            health,
        }))
    }

    fn watchdog(
        &self,
        lines: Vec<(Arc<Gauges>, Hand)>,
        trunks: Vec<(TrunkId, Hand)>,
    ) -> Result<Service<()>, StartError> {
        let seat = |stop| WatchdogSeat {
            lines,
            trunks,
            clock: self.terms.clock,
            silent_after: self.options.silent_after,
            real_time: self.options.real_time,
            notices: self.terms.notices.clone(),
            stop,
        };
        service(
            "watchdog",
            None,
            &self.service_terms,
            seat,
            WatchdogSeat::run,
        )
    }
}

/// Starts the lines; when one can't be, those that run are given up again.
fn start_lines(ready: Vec<Ready>, left: &Sender<Left>) -> Result<Started, StartError> {
    let mut started = Started::default();
    for line in ready {
        let Ready {
            traits,
            seat,
            handle,
            hand,
        } = line;
        let id = traits.id;
        let thread = spawn(seat, left.clone()).map_err(|(_, error)| {
            for handle in &started.handles {
                handle.gauges.pulse.abandon();
                handle.wake();
            }
            StartError::Thread(format!("line {id}"), error)
        })?;
        let (gauges, settings) = (Arc::clone(&handle.gauges), Arc::clone(&handle.settings));
        let ward = Ward::new(traits, Arc::clone(&gauges), settings, thread);
        started.wards.push(ward);
        started.handles.push(handle);
        started.hands.push((gauges, hand));
    }
    Ok(started)
}

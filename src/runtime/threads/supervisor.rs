//! The supervisor's thread: it starts the lines' threads, starts a dead line afresh, and takes
//! one out of service that dies too often.

use crate::runtime::{
    attempt::of_dead_line,
    clock::{Clock, duration},
    deaths::Deaths,
    gauges::Gauges,
    memory::Resident,
    notice::{Notice, Notices, PortName, ToldOwnTrunk, ToldPort},
    plant::{LineTraits, MakeLine},
    recording::{RecorderHealth, Spell},
    station::Station,
    threads::{
        line::{Exit, Left, LineSeat, spawn},
        office::OfficeCall,
    },
};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use mio::Waker;
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};
use types::{
    id::LineId,
    settings::CallSettings,
    tick::{Tick, Ticks},
};

/// Cut lines are looked for this often.
const LOOK: Ticks = Ticks::ms(50);

/// What the supervisor knows of a line.
#[derive(Debug)]
pub struct Ward {
    pub line: LineId,
    traits: LineTraits,
    pub gauges: Arc<Gauges>,
    /// The settings in force: a fresh object starts with them.
    pub settings: Arc<Mutex<CallSettings>>,
    pub state: WardState,
    deaths: Deaths,
    /// The cut of the running thread has been told.
    cut_told: bool,
    phone: ToldPort,
    own_trunk: ToldOwnTrunk,
}

#[derive(Debug)]
pub enum WardState {
    /// Its thread runs.
    Running(Option<JoinHandle<()>>),
    /// Stopped, or out of service.
    Over(Box<LineSeat>),
}

impl Ward {
    pub fn new(
        traits: LineTraits,
        gauges: Arc<Gauges>,
        settings: Arc<Mutex<CallSettings>>,
        thread: JoinHandle<()>,
    ) -> Ward {
        Ward {
            line: traits.id,
            traits,
            gauges,
            settings,
            state: WardState::Running(Some(thread)),
            deaths: Deaths::default(),
            cut_told: false,
            phone: ToldPort::default(),
            own_trunk: ToldOwnTrunk::default(),
        }
    }

    fn tell_ports(&mut self, now: Tick, notices: &Notices) {
        let phone = PortName::Phone(self.line);
        self.phone.tell(phone, self.gauges.phone.state(), notices);
        if let Some(own) = &self.traits.own_trunk {
            self.own_trunk.tell(own.id, &self.gauges, now, notices);
        }
    }
}

pub struct SupervisorSeat {
    pub wards: Vec<Ward>,
    pub left: Receiver<Left>,
    pub left_again: Sender<Left>,
    pub calls: Sender<OfficeCall>,
    pub office: Arc<Waker>,
    pub make_line: MakeLine,
    pub clock: Clock,
    pub notices: Notices,
    /// What is told of the recorder; `None` where nothing is recorded.
    pub recorder: Option<(Arc<RecorderHealth>, Spell)>,
    pub resident: Option<Arc<Resident>>,
    /// No line is started any more.
    pub stopping: Arc<AtomicBool>,
    /// End, also when a line still runs.
    pub stop: Arc<AtomicBool>,
    /// Told each time that no line runs any more while stopping.
    pub all_over: Sender<()>,
}

impl SupervisorSeat {
    /// Gives back the seats of all lines that are over.
    pub fn run(mut self) -> Vec<Box<LineSeat>> {
        loop {
            match self.left.recv_timeout(duration(LOOK)) {
                Ok((seat, exit)) => self.left(seat, exit),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => unreachable!("it holds a sender itself"),
            }
            self.tell_refusal();
            self.tell_recorder();
            self.look_for_cut_lines();
            let now = self.clock.now();
            for ward in &mut self.wards {
                ward.tell_ports(now, &self.notices);
            }
            self.refuse_for_lines_out_of_service();
            if self.stopping.load(Ordering::Acquire) && self.is_all_over() {
                // A full channel has been told already.
                let _ = self.all_over.try_send(());
            }
            if self.stop.load(Ordering::Acquire) && self.left.is_empty() {
                return self.end();
            }
        }
    }

    /// Told once, when the lines have had the time to lock their stacks.
    fn tell_refusal(&mut self) {
        if let Some(refusal) = self.resident.take().and_then(|r| r.refusal()) {
            self.notices.tell(Notice::NotResident(refusal));
        }
    }

    /// The recorder itself may be waiting for its disk.
    fn tell_recorder(&mut self) {
        if let Some((health, spell)) = &mut self.recorder {
            let now = self.clock.now();
            let notice = spell.look(now, health.trouble(now), health.lost.get());
            notice.into_iter().for_each(|n| self.notices.tell(n));
        }
    }

    fn is_all_over(&self) -> bool {
        let over = |w: &Ward| matches!(w.state, WardState::Over(_));
        self.wards.iter().all(over)
    }

    fn left(&mut self, seat: Box<LineSeat>, exit: Exit) {
        let line = seat.id();
        let at = self.clock.now();
        match &exit {
            Exit::Stopped => {}
            Exit::Died(message) => {
                let message = message.clone();
                self.notices.tell(Notice::LineDied { line, at, message });
            }
            Exit::Cut => {
                self.tell_cut(line);
                self.notices.tell(Notice::LineRevived { line, at });
            }
            Exit::Abandoned => self.notices.tell(Notice::LineAbandoned { line, at }),
        }
        let ward = self.ward(line);
        if let WardState::Running(thread) = &mut ward.state
            && let Some(thread) = thread.take()
        {
            // It sent its seat with its last breath. A panic after that has no cause left.
            let _ = thread.join();
        }
        if matches!(exit, Exit::Died(_) | Exit::Cut) {
            ward.gauges.counts.deaths.add(1);
            let may_go_on = ward.deaths.one_more(at);
            self.after_death(seat, at, may_go_on);
        } else {
            ward.state = WardState::Over(seat);
        }
    }

    fn after_death(&mut self, seat: Box<LineSeat>, at: Tick, may_go_on: bool) {
        let line = seat.id();
        let stopping = self.stopping.load(Ordering::Acquire);
        let make_line = Arc::clone(&self.make_line);
        let left = self.left_again.clone();
        let ward = self.ward(line);
        let deaths = ward.deaths.count();
        if stopping || !may_go_on {
            ward.state = WardState::Over(seat);
            if !stopping {
                let notice = Notice::LineOutOfService { line, at, deaths };
                self.notices.tell(notice);
            }
            return;
        }
        let settings = ward.settings.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = make_line(LineTraits {
            settings: settings.clone(),
            ..ward.traits.clone()
        });
        drop(settings);
        ward.cut_told = false;
        // The cut of the thread before is not the cut of the next.
        ward.gauges.pulse.begin(0);
        let seat = Box::new(seat.reborn(|station, outbox| Station::reborn(station, fresh, outbox)));
        match spawn(seat, left) {
            Ok(thread) => {
                ward.state = WardState::Running(Some(thread));
                self.notices.tell(Notice::LineRestarted { line, at });
            }
            Err((seat, _)) => {
                ward.state = WardState::Over(seat);
                let notice = Notice::LineOutOfService { line, at, deaths };
                self.notices.tell(notice);
            }
        }
    }

    /// A line that the watchdog cut can't end its record itself.
    fn look_for_cut_lines(&mut self) {
        let cut: Vec<LineId> = self
            .wards
            .iter()
            .filter(|w| matches!(w.state, WardState::Running(_)) && w.gauges.pulse.is_cut())
            .map(|w| w.line)
            .collect();
        for line in cut {
            self.tell_cut(line);
        }
    }

    fn tell_cut(&mut self, line: LineId) {
        let at = self.clock.now();
        let ward = self.ward(line);
        if std::mem::replace(&mut ward.cut_told, true) {
            return;
        }
        self.notices.tell(Notice::LineCut { line, at });
        let ward = self.wards.iter().find(|w| w.line == line);
        self.end_record(ward.expect("found above"), at);
    }

    /// Ends the open record of a line that can't do it itself.
    fn end_record(&self, ward: &Ward, at: Tick) {
        let open = ward.gauges.open_call();
        let mine = ward.gauges.pulse.take_ending();
        if let (Some(open), true) = (open, mine) {
            let end = Box::new(of_dead_line(open, at));
            // When even this queue is full, the line's next admission or the next start of the
            // back office ends the record, at the last second seen.
            let _ = self.calls.try_send(OfficeCall::End(ward.line, end));
            let _ = self.office.wake();
        }
    }

    fn refuse_for_lines_out_of_service(&mut self) {
        for ward in &mut self.wards {
            if let WardState::Over(seat) = &mut ward.state {
                seat.refuse();
            }
        }
    }

    fn ward(&mut self, line: LineId) -> &mut Ward {
        let ward = self.wards.iter_mut().find(|w| w.line == line);
        ward.expect("only lines of this plant leave")
    }

    /// A line that runs still is stuck for good: its record is ended here.
    fn end(self) -> Vec<Box<LineSeat>> {
        let at = self.clock.now();
        for ward in &self.wards {
            if matches!(ward.state, WardState::Running(_)) {
                let line = ward.line;
                self.notices.tell(Notice::LineAbandoned { line, at });
                self.end_record(ward, at);
            }
        }
        let over = |w: Ward| match w.state {
            WardState::Over(seat) => Some(seat),
            WardState::Running(_) => None,
        };
        self.wards.into_iter().filter_map(over).collect()
    }
}

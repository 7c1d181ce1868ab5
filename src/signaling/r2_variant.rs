//! R2 as countries use it, as data: what the exchange's backward signals mean.
//!
//! The recommendations (ITU-T Q.441 to Q.480) fix the signals and leave much of their meaning to
//! each country. A row a signal, from 1 to 15; signals that a country does not use mean nothing,
//! and end the call as congestion does.

use types::{mf::MfSignal, tick::Ticks, trunk::R2Country};

/// What the exchange asks for by a signal of group A, or of Mexico's group C.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ask {
    /// The digit after the last one.
    Next,
    /// The digit so many before the last one.
    Back(u8),
    /// The number again from its first digit.
    AllAgain,
    /// The caller's category; when it has been told, the next digit of the caller's number.
    CategoryThenCaller,
    /// The caller's category; from then on [`Ask::Next`] is for the caller's number, to its end.
    CategoryAndCaller,
    /// The caller's category, and group C from then on.
    CategoryToC,
    /// The next digit of the caller's number.
    Caller,
    /// The next digit of the number, and group A from then on.
    NextToA,
    /// The number is complete: the category, then group B.
    ToB,
    /// The number is complete: the call is put through.
    Complete,
    Congestion,
    Nothing,
}

/// What the exchange says of the called line by a signal of group B.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Line {
    Free,
    Busy,
    Congestion,
    /// No such number.
    Vacant,
    /// Changed: its announcement follows.
    Changed,
    OutOfOrder,
    Nothing,
}

/// One country's R2.
#[derive(Debug)]
pub struct Variant {
    /// Bits C and D, which never change.
    pub cd: u8,
    pub group_a: [Ask; 15],
    pub group_b: [Line; 15],
    pub group_c: [Ask; 15],
    /// What answers [`Ask::Next`] when there are no more digits; without one, silence does.
    pub no_more_digits: Option<MfSignal>,
    /// What follows the last digit of the caller's number, and what stands for none.
    pub end_of_caller: MfSignal,
    pub no_caller: MfSignal,
    /// Shorter clear-backs meter the call. Zero: there are none.
    pub longest_metering: Ticks,
}

impl Variant {
    pub fn of(country: R2Country) -> &'static Variant {
        match country {
            R2Country::Itu => &ITU,
            R2Country::Argentina => &ARGENTINA,
            R2Country::Brazil => &BRAZIL,
            R2Country::China => &CHINA,
            R2Country::Colombia => &COLOMBIA,
            R2Country::Mexico => &MEXICO,
            R2Country::Venezuela => &VENEZUELA,
        }
    }

    pub fn line(&self, signal: MfSignal) -> Line {
        self.group_b[usize::from(signal.number()) - 1]
    }
}

/// The fifteen asks of a group: these for the signals from 1 on, nothing for the others.
const fn asks<const N: usize>(first: [Ask; N]) -> [Ask; 15] {
    let mut all = [Ask::Nothing; 15];
    let mut at = 0;
    while at < N {
        all[at] = first[at];
        at += 1;
    }
    all
}

const fn lines<const N: usize>(first: [Line; N]) -> [Line; 15] {
    let mut all = [Line::Nothing; 15];
    let mut at = 0;
    while at < N {
        all[at] = first[at];
        at += 1;
    }
    all
}

const fn signal(number: u8) -> MfSignal {
    MfSignal::new(number).expect("a signal from 1 to 15")
}

/// ITU-T Q.441, tables 6 to 9; end of pulsing and of the caller's number by I-15, no number by
/// I-12 (Q.480). The end of a clear-back is never metering.
const ITU: Variant = Variant {
    cd: 0b01,
    group_a: {
        let mut asks = asks([
            Ask::Next,
            Ask::Back(1),
            Ask::ToB,
            Ask::Congestion,
            Ask::CategoryThenCaller,
            Ask::Complete,
            Ask::Back(2),
            Ask::Back(3),
        ]);
        asks[14] = Ask::Congestion;
        asks
    },
    group_b: lines([
        Line::Nothing,
        Line::Changed,
        Line::Busy,
        Line::Congestion,
        Line::Vacant,
        Line::Free,
        Line::Free,
        Line::OutOfOrder,
    ]),
    group_c: [Ask::Nothing; 15],
    no_more_digits: Some(signal(15)),
    end_of_caller: signal(15),
    no_caller: signal(12),
    longest_metering: Ticks::ZERO,
};

/// Metered by clear-backs of up to 400 ms; the end of the caller's number is I-12, none is I-15.
const ARGENTINA: Variant = Variant {
    no_more_digits: None,
    end_of_caller: signal(12),
    no_caller: signal(15),
    longest_metering: Ticks::ms(400),
    ..ITU
};

/// A-2 asks for the whole number again and A-9 for the last digit but one.
const BRAZIL: Variant = Variant {
    group_a: asks([
        Ask::Next,
        Ask::AllAgain,
        Ask::ToB,
        Ask::Congestion,
        Ask::CategoryThenCaller,
        Ask::Nothing,
        Ask::Back(2),
        Ask::Back(3),
        Ask::Back(1),
    ]),
    group_b: lines([
        Line::Free,
        Line::Busy,
        Line::Changed,
        Line::Congestion,
        Line::Free,
        Line::Changed,
        Line::Vacant,
        Line::OutOfOrder,
    ]),
    no_more_digits: None,
    ..ITU
};

/// Bits C and D are 1; A-6 asks for category and caller's number.
const CHINA: Variant = Variant {
    cd: 0b11,
    group_a: asks([
        Ask::Next,
        Ask::AllAgain,
        Ask::ToB,
        Ask::Congestion,
        Ask::Nothing,
        Ask::CategoryAndCaller,
    ]),
    group_b: lines([
        Line::Free,
        Line::Busy,
        Line::Busy,
        Line::Congestion,
        Line::Vacant,
    ]),
    no_more_digits: None,
    ..ITU
};

const COLOMBIA: Variant = Variant {
    group_b: lines([
        Line::Free,
        Line::Busy,
        Line::Nothing,
        Line::Congestion,
        Line::Free,
        Line::Vacant,
        Line::Nothing,
        Line::OutOfOrder,
    ]),
    ..ITU
};

/// A-6 asks for the category and for group C, where the caller's number is asked for.
const MEXICO: Variant = Variant {
    group_a: asks([
        Ask::Next,
        Ask::AllAgain,
        Ask::ToB,
        Ask::Congestion,
        Ask::Nothing,
        Ask::CategoryToC,
    ]),
    group_b: lines([
        Line::Free,
        Line::Busy,
        Line::Nothing,
        Line::Congestion,
        Line::Free,
    ]),
    group_c: asks([
        Ask::Caller,
        Ask::AllAgain,
        Ask::ToB,
        Ask::Congestion,
        Ask::NextToA,
        Ask::Back(1),
    ]),
    no_more_digits: None,
    no_caller: signal(15),
    ..ITU
};

/// A-5 asks for the category, A-9 for the caller's number.
const VENEZUELA: Variant = Variant {
    group_a: {
        let mut asks = ITU.group_a;
        asks[8] = Ask::Caller;
        asks
    },
    no_more_digits: None,
    ..ITU
};

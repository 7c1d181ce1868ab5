//! A port on a channel that is signalled by bits.

use super::{Bits, DahdiPort, Role};
use crate::port::PortError;
use types::{
    edge::{Abcd, HookState, PortCommand},
    tick::Tick,
};

impl DahdiPort {
    /// The bits have changed, or a neighbour's have.
    pub(super) fn take_bits(&mut self, now: Tick) -> Result<(), PortError> {
        let Role::Bits(meaning) = self.wiring.role else {
            return Ok(());
        };
        let bits = self.channel()?.bits();
        let bits = self.check(bits)?;
        for edge in meaning.told(self.bits, bits) {
            self.push(now, edge);
        }
        self.bits = bits;
        Ok(())
    }

    pub(super) fn send_bits(
        &mut self,
        command: PortCommand,
        meaning: Bits,
    ) -> Result<(), PortError> {
        let bits = meaning.sent(command).ok_or(PortError::Unsupported(
            "this signal on a trunk of its signalling",
        ))?;
        let sent = self.channel()?.send_bits(bits);
        self.check(sent)
    }

    /// Idle; what the far end does is told anew.
    pub(super) fn bits_on_hook(&mut self, now: Tick, meaning: Bits) -> Result<(), PortError> {
        self.send_bits(PortCommand::OnHook, meaning)?;
        let bits = self.channel()?.bits();
        self.bits = self.check(bits)?;
        self.push(now, meaning.standing(self.bits));
        if self.media { self.prime(now) } else { Ok(()) }
    }

    pub(super) fn bits_hook(&self, meaning: Bits) -> Result<HookState, PortError> {
        let Some(channel) = &self.channel else {
            return Ok(HookState::Unknown);
        };
        let sent = Abcd::new((channel.params()?.txbits & 0xf) as u8);
        Ok(if sent == meaning.idle() {
            HookState::OnHook
        } else {
            HookState::OffHook
        })
    }
}

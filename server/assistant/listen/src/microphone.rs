//! Sound of this machine: what goes into its microphone and what comes out of its speaker.
//!
//! The microphone is the clock: a moment comes when it has given one. Of the speaker comes what there
//! is, and silence where there is nothing: on some systems it gives no sound while none is played.
//! Devices run on a thread of their own, where they stay until the source is dropped.

mod devices;
mod voice;

use std::sync::mpsc as threads;
use std::thread;

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot};
use weir_live::CHANNELS;

use devices::Opened;
pub use devices::{Device, devices};
use voice::Voice;

use crate::source::{MOMENT, Moment, Source, SourceError};

/// Seconds of sound of a device that wait until it is taken.
pub(crate) const HELD_S: u32 = 10;

/// What a device gives.
#[derive(Debug)]
enum Given {
    /// Samples of one channel at its rate, full scale from -1 to 1.
    Sound(Vec<f32>),
    /// Nothing more comes.
    Failed(SourceError),
}

/// A microphone, and a speaker that is listened to.
#[derive(Debug)]
pub struct Microphone {
    voices: [Voice; CHANNELS],
    given: [mpsc::UnboundedReceiver<Given>; CHANNELS],
    /// Dropping it lets the devices go.
    _devices: threads::Sender<()>,
}

impl Microphone {
    /// The devices with these names, or names in which these stand; the usual ones where none is
    /// named. The microphone is the first voice and the speaker the second one.
    ///
    /// # Errors
    /// There is no such device, or it does not work.
    pub async fn open(
        microphone: Option<String>,
        speaker: Option<String>,
    ) -> Result<Self, SourceError> {
        let (opened, is_open) = oneshot::channel();
        let (held, released) = threads::channel::<()>();
        // What a system knows of a device may have to stay on one thread.
        let runs = move || match devices::open(microphone.as_deref(), speaker.as_deref()) {
            Ok((streams, devices)) => {
                if opened.send(Ok(devices)).is_ok() {
                    // Whatever comes, the source is gone.
                    let _ = released.recv();
                }
                drop(streams);
            }
            // Who asked may be gone.
            Err(error) => drop(opened.send(Err(error))),
        };
        let failed = |why: String| SourceError::Device { device: "devices".to_owned(), why };
        let named = thread::Builder::new().name("sound".to_owned());
        named.spawn(runs).map_err(|error| failed(error.to_string()))?;
        let opened: Result<[Opened; CHANNELS], SourceError> =
            is_open.await.map_err(|_| failed("the thread of sound has ended".to_owned()))?;
        let [microphone, speaker] = opened?;
        let voices = [microphone.voice()?, speaker.voice()?];
        Ok(Self { voices, given: [microphone.given, speaker.given], _devices: held })
    }
}

#[async_trait]
impl Source for Microphone {
    async fn next(&mut self) -> Result<Option<Moment>, SourceError> {
        while self.voices[0].ready() < MOMENT {
            let [first, second] = &mut self.given;
            let (channel, given) = tokio::select! {
                given = first.recv() => (0, given),
                given = second.recv() => (1, given),
            };
            match given {
                Some(Given::Sound(sound)) => self.voices[channel].hear(&sound)?,
                Some(Given::Failed(error)) => return Err(error),
                None => return Err(self.voices[channel].failed("it gives no more sound")),
            }
        }
        let [microphone, speaker] = &mut self.voices;
        Ok(Some(Moment { voices: [microphone.moment(), speaker.moment()] }))
    }
}

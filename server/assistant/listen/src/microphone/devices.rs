//! Devices of this machine, by their names.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cpal::traits::{DeviceTrait as _, HostTrait as _, StreamTrait as _};
use cpal::{FromSample, Sample, SampleFormat, SizedSample, StreamConfig, SupportedStreamConfig};
use tokio::sync::mpsc;
use weir_live::CHANNELS;

use super::voice::Voice;
use super::{Given, HELD_S};
use crate::source::SourceError;

/// What monitors of PulseAudio and PipeWire have in their names: what a speaker plays.
const MONITOR: &str = "monitor";

/// A device that can be listened to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Its name.
    pub name: String,
    /// Whether it is what a speaker plays.
    pub is_speaker: bool,
}

impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_speaker { "speaker" } else { "microphone" };
        write!(f, "{kind:<10}  {}", self.name)
    }
}

/// All devices that can be listened to.
///
/// # Errors
/// The system does not tell.
pub fn devices() -> Result<Vec<Device>, SourceError> {
    let found = all()?.into_iter().map(|(device, _)| device);
    Ok(found.collect())
}

/// A device that runs: what it gives.
pub(super) struct Opened {
    name: String,
    rate_hz: u32,
    waiting: Arc<AtomicUsize>,
    pub given: mpsc::UnboundedReceiver<Given>,
}

impl Opened {
    /// What is made of it.
    pub fn voice(&self) -> Result<Voice, SourceError> {
        Voice::new(self.name.clone(), self.rate_hz, Arc::clone(&self.waiting))
    }
}

/// Opens a microphone and a speaker. They give sound as long as the streams live.
pub(super) fn open(
    microphone: Option<&str>,
    speaker: Option<&str>,
) -> Result<([cpal::Stream; CHANNELS], [Opened; CHANNELS]), SourceError> {
    let host = cpal::default_host();
    let known = all()?;
    let usual = |is_speaker: bool| {
        // A monitor is an input like others, where there are monitors at all.
        let device =
            if is_speaker { host.default_output_device() } else { host.default_input_device() };
        device.and_then(|device| Some((name(&device)?, device)))
    };
    let microphone = match microphone {
        Some(named) => choose(&known, named, false)?,
        None => usual(false).ok_or_else(|| missing("microphone", &known))?,
    };
    let speaker = match speaker {
        Some(named) => choose(&known, named, true)?,
        None if cfg!(target_os = "linux") => choose(&known, MONITOR, true)?,
        None => usual(true).ok_or_else(|| missing("speaker", &known))?,
    };
    let (first, opened_first) = run(microphone)?;
    let (second, opened_second) = run(speaker)?;
    Ok(([first, second], [opened_first, opened_second]))
}

fn all() -> Result<Vec<(Device, cpal::Device)>, SourceError> {
    let failed = |error: cpal::Error| SourceError::Device {
        device: "devices".to_owned(),
        why: error.to_string(),
    };
    let devices = cpal::default_host().devices().map_err(failed)?;
    let known = devices.filter_map(|device| {
        let name = name(&device)?;
        let (is_input, is_output) = (device.supports_input(), device.supports_output());
        // What a speaker plays can be heard as if it was said into it on Windows and macOS.
        let can_loop = is_output && !cfg!(target_os = "linux");
        let is_speaker = !is_input || name.to_lowercase().contains(MONITOR);
        (is_input || can_loop).then_some((Device { name, is_speaker }, device))
    });
    Ok(known.collect())
}

fn name(device: &cpal::Device) -> Option<String> {
    Some(device.description().ok()?.name().to_owned())
}

/// The device of this name, or the first one in whose name this stands.
fn choose(
    known: &[(Device, cpal::Device)],
    named: &str,
    is_speaker: bool,
) -> Result<(String, cpal::Device), SourceError> {
    let names: Vec<&Device> = known.iter().map(|(device, _)| device).collect();
    let at = place(&names, named, is_speaker).ok_or_else(|| missing(named, known))?;
    let (device, opened) = &known[at];
    Ok((device.name.clone(), opened.clone()))
}

/// Which device is meant: one of the kind that is wanted before others, and one that has this very
/// name before one that has more of it.
fn place(known: &[&Device], named: &str, is_speaker: bool) -> Option<usize> {
    let wanted = named.to_lowercase();
    let rank = |device: &Device| {
        let name = device.name.to_lowercase();
        let is_other = device.is_speaker != is_speaker;
        name.contains(&wanted).then_some((name != wanted, is_other))
    };
    let ranked = (0..known.len()).filter_map(|at| Some((rank(known[at])?, at)));
    ranked.min().map(|(_, at)| at)
}

fn missing(named: &str, known: &[(Device, cpal::Device)]) -> SourceError {
    let names: Vec<&str> = known.iter().map(|(device, _)| device.name.as_str()).collect();
    let why = match names.is_empty() {
        true => "this machine has no device that can be listened to".to_owned(),
        false => format!("there is no such device; there are {}", names.join(", ")),
    };
    SourceError::Device { device: named.to_owned(), why }
}

/// Lets a device give sound.
fn run((name, device): (String, cpal::Device)) -> Result<(cpal::Stream, Opened), SourceError> {
    let failed =
        |error: cpal::Error| SourceError::Device { device: name.clone(), why: error.to_string() };
    let config = match device.supports_input() {
        true => device.default_input_config(),
        // A speaker that is listened to has what it is played with.
        false => device.default_output_config(),
    };
    let config = config.map_err(failed)?;
    let (gives, given) = mpsc::unbounded_channel();
    let waiting = Arc::default();
    let giver = Giver {
        device: name.clone(),
        channels: usize::from(config.channels()),
        most: (HELD_S * config.sample_rate()) as usize,
        waiting: Arc::clone(&waiting),
        gives,
        is_over: false,
    };
    let stream = match config.sample_format() {
        SampleFormat::I8 => giver.stream::<i8>(&device, &config),
        SampleFormat::I16 => giver.stream::<i16>(&device, &config),
        SampleFormat::I32 => giver.stream::<i32>(&device, &config),
        SampleFormat::U8 => giver.stream::<u8>(&device, &config),
        SampleFormat::U16 => giver.stream::<u16>(&device, &config),
        SampleFormat::F32 => giver.stream::<f32>(&device, &config),
        SampleFormat::F64 => giver.stream::<f64>(&device, &config),
        other => {
            let why = format!("its samples are of a kind that is not known here: {other}");
            return Err(SourceError::Device { device: name, why });
        }
    };
    let stream = stream.map_err(failed)?;
    stream.play().map_err(failed)?;
    let rate_hz = config.sample_rate();
    Ok((stream, Opened { name, rate_hz, waiting, given }))
}

/// Hands on what a device gives, as one channel. What waits is bounded.
struct Giver {
    device: String,
    channels: usize,
    /// Most samples that wait.
    most: usize,
    waiting: Arc<AtomicUsize>,
    gives: mpsc::UnboundedSender<Given>,
    /// Too much waited once: nothing more is given.
    is_over: bool,
}

impl Giver {
    fn stream<S>(
        mut self,
        device: &cpal::Device,
        config: &SupportedStreamConfig,
    ) -> Result<cpal::Stream, cpal::Error>
    where
        S: SizedSample,
        f32: FromSample<S>,
    {
        let config: StreamConfig = (*config).into();
        let (failed, name) = (self.gives.clone(), self.device.clone());
        device.build_input_stream(
            config,
            move |sound: &[S], _: &cpal::InputCallbackInfo| self.give(sound),
            move |error: cpal::Error| {
                use cpal::ErrorKind::{DeviceChanged, RealtimeDenied, Xrun};
                // The stream goes on after these.
                if !matches!(error.kind(), DeviceChanged | RealtimeDenied | Xrun) {
                    let (device, why) = (name.clone(), error.to_string());
                    // Who listened is gone where nobody takes it.
                    let _ = failed.send(Given::Failed(SourceError::Device { device, why }));
                }
            },
            None,
        )
    }

    fn give<S>(&mut self, sound: &[S])
    where
        S: Sample,
        f32: FromSample<S>,
    {
        if self.is_over {
            return;
        }
        let mean = |frame: &[S]| {
            let sum: f32 = frame.iter().map(|sample| f32::from_sample(*sample)).sum();
            sum / self.channels as f32
        };
        let sound: Vec<f32> = sound.chunks_exact(self.channels).map(mean).collect();
        let waiting = self.waiting.fetch_add(sound.len(), Ordering::Relaxed) + sound.len();
        let given = if waiting <= self.most {
            Given::Sound(sound)
        } else {
            self.is_over = true;
            let device = self.device.clone();
            Given::Failed(SourceError::Overrun { device, held_s: HELD_S })
        };
        // Who listened is gone where nobody takes it.
        let _ = self.gives.send(given);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn giver(channels: usize, most: usize) -> (Giver, mpsc::UnboundedReceiver<Given>) {
        let (gives, given) = mpsc::unbounded_channel();
        let (device, waiting) = ("a device".to_owned(), Arc::default());
        (Giver { device, channels, most, waiting, gives, is_over: false }, given)
    }

    #[test]
    fn channels_become_one_and_what_waits_is_bounded() {
        let (mut giver, mut given) = giver(2, 4);
        giver.give(&[i16::MAX, i16::MIN, 16_384, 16_384]);
        let Ok(Given::Sound(sound)) = given.try_recv() else { panic!("no sound") };
        assert!(sound[0].abs() < 1e-4 && (sound[1] - 0.5).abs() < 1e-4, "{sound:?}");
        giver.give(&[0.0_f32; 4]);
        giver.give(&[0.0_f32; 2]);
        assert!(matches!(given.try_recv(), Ok(Given::Sound(_))));
        let overrun = given.try_recv();
        assert!(matches!(overrun, Ok(Given::Failed(SourceError::Overrun { .. }))), "{overrun:?}");
        giver.give(&[0.0_f32; 2]);
        assert!(given.try_recv().is_err(), "after a hole nothing comes");
    }

    #[test]
    fn devices_are_found_by_a_part_of_their_name_and_by_what_they_are() {
        let device = |name: &str, is_speaker| Device { name: name.to_owned(), is_speaker };
        let known = [
            device("Monitor of Built-in Audio", true),
            device("Built-in Audio", false),
            device("Headset", false),
            device("Headset", true),
        ];
        let known: Vec<&Device> = known.iter().collect();
        for (named, is_speaker, expected) in [
            ("headset", false, Some(2)),
            ("headset", true, Some(3)),
            ("built-in audio", true, Some(1)),
            ("audio", true, Some(0)),
            ("audio", false, Some(1)),
            (MONITOR, true, Some(0)),
            ("none", true, None),
        ] {
            assert_eq!(place(&known, named, is_speaker), expected, "{named}");
        }
    }
}

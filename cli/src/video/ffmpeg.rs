//! H.264 in an `.mp4`, by the `ffmpeg` program.
//!
//! Linking an encoder would bring a C library and its patents into every build;
//! a pipe to a program that most people have costs nothing.

use std::io::{ErrorKind, Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::JoinHandle;

use anyhow::Context;

use crate::failure::Failure;
use crate::new_file::NewFile;

/// A running `ffmpeg` that reads raw frames.
pub struct Ffmpeg {
    child: Child,
    stdin: Option<ChildStdin>,
    complaints: Option<JoinHandle<String>>,
    file: NewFile,
}

impl Ffmpeg {
    /// Starts `ffmpeg` for frames of `size_px`, `rate` a second, into `file`.
    ///
    /// # Errors
    /// [`Failure::Lacking`] if there is no `ffmpeg`.
    pub fn start(file: NewFile, size_px: [usize; 2], rate: f64) -> anyhow::Result<Self> {
        let mut command = Command::new("ffmpeg");
        command
            .args(["-loglevel", "error", "-nostdin", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"])
            .args(["-video_size", &format!("{}x{}", size_px[0], size_px[1])])
            .args(["-framerate", &rate.to_string(), "-i", "pipe:0"])
            // 4:2:0 is what browsers play; +faststart lets them begin before the end has come.
            .args(["-c:v", "libx264", "-preset", "veryfast", "-crf", "18"])
            .args(["-pix_fmt", "yuv420p"])
            .args(["-movflags", "+faststart", "-f", "mp4"])
            .arg(file.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        out_of_reach_of_ctrl_c(&mut command);
        let mut child = command.spawn().map_err(|error| not_started(&error))?;
        let stdin = child.stdin.take();
        let stderr = child.stderr.take();
        // Read all along: a full pipe would stop ffmpeg, and with it this program.
        let complaints = stderr.map(|mut stderr| {
            std::thread::spawn(move || {
                let mut text = Vec::new();
                // What cannot be read cannot be quoted; the exit status still tells.
                let _ = stderr.read_to_end(&mut text);
                String::from_utf8_lossy(&text).trim().replace('\n', "; ")
            })
        });
        Ok(Self { child, stdin, complaints, file })
    }

    /// Hands over one frame.
    ///
    /// # Errors
    /// `ffmpeg` has ended; the error quotes it.
    pub fn add(&mut self, srgb: &[u8]) -> anyhow::Result<()> {
        let written = match &mut self.stdin {
            Some(stdin) => stdin.write_all(srgb),
            None => Err(ErrorKind::BrokenPipe.into()),
        };
        written.or_else(|error| Err(self.failure()).context(error))
    }

    /// Lets `ffmpeg` finish and gives the file its name.
    ///
    /// # Errors
    /// `ffmpeg` fails; the error quotes it.
    pub fn finish(mut self) -> anyhow::Result<()> {
        // Closing the pipe is how ffmpeg learns that there is no more.
        self.stdin = None;
        if !self.child.wait().context("waiting for ffmpeg")?.success() {
            return Err(self.failure().into());
        }
        self.file.keep()
    }

    fn failure(&mut self) -> Failure {
        self.stdin = None;
        let said = self.complaints.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        Failure::Lacking(format!("--video: the program ffmpeg failed: {said}"))
    }
}

fn not_started(error: &std::io::Error) -> Failure {
    Failure::Lacking(if error.kind() == ErrorKind::NotFound {
        "--video: .mp4 needs the program ffmpeg, which is not installed; .gif works without".into()
    } else {
        format!("--video: the program ffmpeg does not start: {error}; .gif works without")
    })
}

/// Ctrl-C reaches every process of the terminal's foreground group; there,
/// `ffmpeg` would stop before the last frames have come.
fn out_of_reach_of_ctrl_c(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(windows)]
    {
        const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
        std::os::windows::process::CommandExt::creation_flags(command, CREATE_NEW_PROCESS_GROUP);
    }
}

//! Who comes first where there is too much to do for all threads.

/// How far behind the threads that move water: the kernel gives such a thread a tenth of the
/// time that it gives one of those.
#[cfg(target_os = "linux")]
const BEHIND: i32 = 10;

/// Lets this thread come after those that move the water; for threads that serve visitors and
/// make what moves their runs. However many come and go, the water goes on.
///
/// Does something on Linux alone, where a thread has a priority of its own.
pub fn after_the_water() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, BEHIND) {
        tracing::debug!(%error, "a thread that serves visitors has the priority of the water");
    }
}

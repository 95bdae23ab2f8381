//! Files of a browser: dropped on the page, and downloaded from it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::DroppedFileHandle;
use wasm_bindgen::{JsCast, JsValue};
use weir_scene::Limits;

use crate::open::{self, Opening};
use crate::worker::Wake;

/// There is no disk that a page could read.
///
/// # Errors
/// Always.
pub fn open(path: PathBuf, _wake: Wake) -> Result<Opening, String> {
    Err(format!("{}: a page reads files that are dropped on it", path.display()))
}

/// Begins to read a file that was dropped on the page. `wake` is called at the end.
///
/// # Errors
/// It is no scene, by its name.
pub fn open_dropped(file: &DroppedFileHandle, wake: Wake) -> Result<Opening, String> {
    let path = file.path().to_owned();
    let name = path.display().to_string();
    if !path.extension().is_some_and(|kind| kind == "toml" || kind == "json") {
        let rest = "trajectories and models are for the window, `weir view`";
        return Err(format!("{name}: a page takes scenes (.toml, .json); {rest}"));
    }
    let most = Limits::default().text_bytes as f64;
    if let Some(bytes) = file.web_file().map(|file| file.size()).filter(|bytes| *bytes > most) {
        return Err(format!("{name}: got {bytes} bytes, a scene takes {most}"));
    }
    let (opening, sender) = Opening::of(path);
    let file = Arc::clone(file);
    wasm_bindgen_futures::spawn_local(async move {
        let bytes = file.bytes_async().await;
        let opened = bytes.and_then(|bytes| open::scene(&name, &bytes));
        // Nobody waits any more if another file was dropped since.
        let _ = sender.send(opened.map_err(|error| format!("{name}: {error}")));
        wake();
    });
    Ok(opening)
}

/// Lets the browser download a file.
///
/// # Errors
/// The browser refuses.
pub fn save(path: &Path, text: &str) -> Result<(), String> {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    download(&name, text).map_err(|error| format!("{name}: the browser refuses: {error:?}"))
}

fn download(name: &str, text: &str) -> Result<(), JsValue> {
    let document = web_sys::window().and_then(|window| window.document());
    let document = document.ok_or("there is no page")?;
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    let url =
        web_sys::Url::create_object_url_with_blob(&web_sys::Blob::new_with_str_sequence(&parts)?)?;
    let link: web_sys::HtmlAnchorElement = document.create_element("a")?.dyn_into()?;
    link.set_href(&url);
    link.set_download(name);
    link.click();
    web_sys::Url::revoke_object_url(&url)
}

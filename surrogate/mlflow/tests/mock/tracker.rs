//! As much of a tracking server as a recording needs, in memory, with the real
//! one's rule that a metric which is there already is not stored again.

use std::collections::{BTreeMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::{Answer, Mock, Request};

/// What the server has stored. It outlives the [`Mock`]s that serve it.
#[derive(Clone, Debug, Default)]
pub struct Tracker {
    pub runs: Vec<Run>,
    pub artifacts: BTreeMap<String, Vec<u8>>,
    pub models: Vec<Model>,
    /// Names in the registry with the sources of their versions.
    pub registry: BTreeMap<String, Vec<String>>,
    /// Calls of `runs/create` that were answered or were to be.
    pub creations: usize,
    /// Metrics that arrived once more.
    pub repeated: usize,
}

#[derive(Clone, Debug, Default)]
pub struct Run {
    pub id: String,
    pub status: String,
    pub tags: BTreeMap<String, String>,
    pub params: BTreeMap<String, String>,
    pub metrics: Vec<Value>,
    pub datasets: Vec<Value>,
    /// Ids of the models that it brought forth.
    pub outputs: Vec<String>,
    /// The metrics as text.
    seen: HashSet<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Model {
    pub id: String,
    pub name: String,
    pub is_ready: bool,
    pub tags: BTreeMap<String, String>,
}

impl Model {
    fn json(&self) -> Value {
        let status = if self.is_ready { "LOGGED_MODEL_READY" } else { "LOGGED_MODEL_PENDING" };
        json!({ "info": {
            "model_id": self.id, "experiment_id": "1", "name": self.name, "status": status,
            "artifact_uri": format!("mlflow-artifacts:/1/models/{}/artifacts", self.id),
        } })
    }
}

pub type Shared = Arc<Mutex<Tracker>>;

/// A server before `tracker`. For each request `fault` is asked first: what it
/// returns is the answer, and the tracker learns of the request all the same when
/// it comes with `true`.
pub fn serve(
    tracker: &Shared,
    address: Option<SocketAddr>,
    fault: impl Fn(&Request) -> Option<(Answer, bool)> + Send + Sync + 'static,
) -> Mock {
    let tracker = Arc::clone(tracker);
    let handler = move |request: &Request| {
        let mut tracker = tracker.lock().expect("a tracker");
        match fault(request) {
            None => tracker.answer(request),
            Some((answer, is_done)) => {
                if is_done {
                    tracker.answer(request);
                }
                answer
            }
        }
    };
    match address {
        Some(address) => Mock::at(address, Arc::new(handler)),
        None => Mock::new(handler),
    }
}

/// One that works.
pub fn healthy(tracker: &Shared, address: Option<SocketAddr>) -> Mock {
    serve(tracker, address, |_| None)
}

impl Run {
    /// The steps of a metric in order of arrival.
    pub fn steps(&self, key: &str) -> Vec<i64> {
        let of_key = self.metrics.iter().filter(|metric| metric["key"] == key);
        of_key.map(|metric| metric["step"].as_i64().expect("a step")).collect()
    }

    fn json(&self) -> Value {
        let info = json!({
            "run_id": self.id, "experiment_id": "1", "status": self.status,
            "artifact_uri": format!("mlflow-artifacts:/1/{}/artifacts", self.id),
            "lifecycle_stage": "active",
        });
        let outputs = self.outputs.iter().map(|id| json!({ "model_id": id, "step": "0" }));
        let outputs = json!({ "model_outputs": outputs.collect::<Vec<_>>() });
        json!({ "info": info, "data": {}, "outputs": outputs })
    }
}

impl Tracker {
    fn answer(&mut self, request: &Request) -> Answer {
        let body = request.json();
        match request.call() {
            "experiments/get-by-name" => Answer::Json(
                200,
                json!({ "experiment": { "experiment_id": "1", "name": "water" } }),
            ),
            "runs/create" => {
                self.creations += 1;
                let mut run = Run { id: format!("r{}", self.runs.len()), ..Run::default() };
                run.status = "RUNNING".to_owned();
                insert(&mut run.tags, &body["tags"]);
                let answer = json!({ "run": run.json() });
                self.runs.push(run);
                Answer::Json(200, answer)
            }
            "runs/search" => {
                let filter = body["filter"].as_str().unwrap_or_default();
                let id = filter.rsplit_once(" = '").map_or("", |(_, id)| id.trim_end_matches('\''));
                let found = self.runs.iter().filter(|run| run.tags.values().any(|tag| tag == id));
                Answer::Json(200, json!({ "runs": found.map(Run::json).collect::<Vec<_>>() }))
            }
            "runs/get" => Answer::Json(200, json!({ "run": self.runs[0].json() })),
            "runs/log-batch" => self.log_batch(&body),
            "runs/log-inputs" => {
                let datasets = body["datasets"].as_array().cloned().unwrap_or_default();
                self.of(&body).datasets.extend(datasets);
                Answer::ok()
            }
            "runs/update" => {
                self.of(&body).status = body["status"].as_str().unwrap_or_default().to_owned();
                Answer::ok()
            }
            "runs/outputs" => {
                let id = body["models"][0]["model_id"].as_str().unwrap_or_default().to_owned();
                self.of(&body).outputs.push(id);
                Answer::ok()
            }
            path if path.starts_with("logged-models") => self.logged_models(request, &body),
            path if path.starts_with("registered-models") || path.starts_with("model-versions") => {
                self.versions(request, &body)
            }
            path => match path.strip_prefix("/api/2.0/mlflow-artifacts/artifacts/") {
                Some(path) if request.method == "PUT" => {
                    self.artifacts.insert(path.to_owned(), request.body.clone());
                    Answer::ok()
                }
                _ => Answer::error(404, "ENDPOINT_NOT_FOUND", path),
            },
        }
    }

    fn logged_models(&mut self, request: &Request, body: &Value) -> Answer {
        match (request.method.as_str(), request.call()) {
            ("POST", "logged-models") => {
                let id = format!("m-{}", self.models.len());
                let name = body["name"].as_str().unwrap_or_default().to_owned();
                let mut model = Model { id, name, ..Model::default() };
                insert(&mut model.tags, &body["tags"]);
                let answer = json!({ "model": model.json() });
                self.models.push(model);
                Answer::Json(200, answer)
            }
            ("POST", _) => {
                let filter = body["filter"].as_str().unwrap_or_default();
                let id = filter.rsplit_once(" = '").map_or("", |(_, id)| id.trim_end_matches('\''));
                let found = self.models.iter().filter(|m| m.tags.values().any(|tag| tag == id));
                Answer::Json(200, json!({ "models": found.map(Model::json).collect::<Vec<_>>() }))
            }
            _ => {
                let id = body["model_id"].as_str().unwrap_or_default();
                let model = self.models.iter_mut().find(|m| m.id == id).expect("a model");
                model.is_ready = true;
                Answer::Json(200, json!({ "model": model.json() }))
            }
        }
    }

    fn versions(&mut self, request: &Request, body: &Value) -> Answer {
        let name = body["name"].as_str().unwrap_or_default().to_owned();
        let version =
            |name: &str, source: &str| json!({ "name": name, "version": "1", "source": source });
        match request.call() {
            "registered-models/get" => {
                let name = request.target.rsplit_once('=').map_or("", |(_, name)| name);
                match self.registry.contains_key(name) {
                    true => Answer::Json(200, json!({ "registered_model": { "name": name } })),
                    false => Answer::error(404, "RESOURCE_DOES_NOT_EXIST", ""),
                }
            }
            "registered-models/create" => match self.registry.contains_key(&name) {
                true => Answer::error(400, "RESOURCE_ALREADY_EXISTS", ""),
                false => {
                    self.registry.insert(name.clone(), Vec::new());
                    Answer::Json(200, json!({ "registered_model": { "name": name } }))
                }
            },
            "model-versions/search" => {
                let all = self.registry.iter().flat_map(|(name, sources)| {
                    sources.iter().map(move |source| version(name, source))
                });
                Answer::Json(200, json!({ "model_versions": all.collect::<Vec<_>>() }))
            }
            _ => {
                let source = body["source"].as_str().unwrap_or_default().to_owned();
                let answer = json!({ "model_version": version(&name, &source) });
                self.registry.entry(name).or_default().push(source);
                Answer::Json(200, answer)
            }
        }
    }

    fn of(&mut self, body: &Value) -> &mut Run {
        let id = body["run_id"].as_str().unwrap_or_default();
        self.runs.iter_mut().find(|run| run.id == id).expect("a run of this id")
    }

    /// As a whole or not at all, for a param that changes.
    fn log_batch(&mut self, body: &Value) -> Answer {
        let run = self.of(body);
        for param in body["params"].as_array().into_iter().flatten() {
            let (key, value) = pair(param);
            if run.params.get(key).is_some_and(|stored| stored != value) {
                return Answer::error(400, "INVALID_PARAMETER_VALUE", "Changing param values");
            }
        }
        insert(&mut run.params, &body["params"]);
        insert(&mut run.tags, &body["tags"]);
        let mut repeated = 0;
        for metric in body["metrics"].as_array().into_iter().flatten() {
            if run.seen.insert(metric.to_string()) {
                run.metrics.push(metric.clone());
            } else {
                repeated += 1;
            }
        }
        self.repeated += repeated;
        Answer::ok()
    }
}

fn pair(entry: &Value) -> (&str, &str) {
    (entry["key"].as_str().unwrap_or_default(), entry["value"].as_str().unwrap_or_default())
}

fn insert(map: &mut BTreeMap<String, String>, entries: &Value) {
    for entry in entries.as_array().into_iter().flatten() {
        let (key, value) = pair(entry);
        map.insert(key.to_owned(), value.to_owned());
    }
}

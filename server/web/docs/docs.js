// Writes what openapi.json says, with a button to try each operation that only asks.

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

function schema(media, all) {
  const named = media?.schema?.$ref ?? media?.schema?.items?.$ref;
  const found = named ? all[named.split("/").at(-1)] : undefined;
  if (!found) return [];
  const rows = Object.entries(found.properties ?? {}).map(([name, property]) =>
    element("tr", {}, element("td", {}, element("code", { textContent: name })),
      element("td", { textContent: [property.type, property.description].flat().filter(Boolean).join(": ") })));
  return [element("table", {}, ...rows)];
}

function operation(path, method, told, schemas) {
  const section = element("section");
  section.append(element("h2", { textContent: `${method.toUpperCase()} ${path}` }),
    element("p", { textContent: told.summary ?? told.description ?? "" }));
  const rows = Object.entries(told.responses).map(([status, response]) => {
    const [kind, media] = Object.entries(response.content ?? {})[0] ?? ["", undefined];
    return element("tr", {}, element("th", { scope: "row", textContent: status }),
      element("td", {}, `${response.description} ${kind}`, ...schema(media, schemas)));
  });
  section.append(element("table", {}, ...rows));
  if (method !== "get") return section;
  const inputs = (told.parameters ?? []).map((parameter) =>
    element("input", { name: parameter.name, value: parameter.example ?? "", required: true }));
  const labels = inputs.map((input) => element("label", {}, `${input.name} `, input));
  const answer = element("pre", { hidden: true, tabIndex: 0 });
  answer.setAttribute("aria-label", "Answer");
  const form = element("form", {}, ...labels, element("button", { textContent: "Try it" }));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    let url = path;
    for (const input of inputs) url = url.replace(`{${input.name}}`, encodeURIComponent(input.value));
    answer.hidden = false;
    try {
      const response = await fetch(url);
      const body = await response.text();
      let shown = body;
      try { shown = JSON.stringify(JSON.parse(body), null, 2); } catch { /* It is not JSON. */ }
      answer.textContent = `${response.status} ${response.headers.get("content-type")}\n\n${shown}`;
    } catch (error) {
      answer.textContent = String(error);
    }
  });
  section.append(form, answer);
  return section;
}

const told = await (await fetch("/api/openapi.json")).json();
document.querySelector("#about").prepend(`${told.info.description ?? ""} `);
const main = document.querySelector("#operations");
main.replaceChildren(...Object.entries(told.paths).flatMap(([path, operations]) =>
  Object.entries(operations).map(([method, one]) =>
    operation(path, method, one, told.components?.schemas ?? {}))));

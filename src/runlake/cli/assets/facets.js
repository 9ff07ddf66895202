// The panel of facets: what it shows comes ready from the server, what is clicked goes there as ids that the server made.
// All texts are data: they are set as text, never as markup.
const SVG = "http://www.w3.org/2000/svg"
const HEIGHT = 46
const count = (n) => n.toLocaleString("en-US")

function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value)
  }
  made.append(...children)
  return made
}

function drawn(tag, attributes) {
  const made = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  return made
}

function row(facet, one, pick) {
  const box = element("input", { type: "checkbox", "data-focus": `${facet.id}/${one.id}` })
  box.checked = one.on
  box.onchange = () => pick({ facet: facet.id, what: "value", value: one.id })
  const bar = element("span", { class: "bar", "aria-hidden": "true" })
  bar.style.width = `${facet.runs ? (100 * one.count) / facet.runs : 0}%`
  const text = element("span", { class: one.special ? "text special" : "text", title: one.title, dir: "auto" }, one.label)
  const made = element("div", { class: one.on ? "row on" : "row" }, bar)
  made.append(element("label", {}, box, text, element("span", { class: "count" }, count(one.count))))
  if (one.page) {
    const open = element("button", { type: "button", class: "icon", "aria-label": one.page, title: one.page }, "open_in_new")
    open.onclick = () => pick({ facet: facet.id, what: "open", value: one.id })
    made.append(open)
  }
  return made
}

// Bars of equal width: the bins are so on the scale that the server has chosen.
function histogram(facet, pick) {
  const bins = facet.bins
  const most = Math.max(1, ...bins.map((bin) => bin.count))
  const chart = drawn("svg", { viewBox: `0 0 ${bins.length} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" })
  chart.setAttribute("aria-label", facet.told)
  const ground = drawn("rect", { class: "ground", x: 0, y: HEIGHT - 1, width: bins.length, height: 1 })
  const bars = bins.map((bin, place) => {
    const tall = bin.count ? Math.max(2, ((HEIGHT - 2) * bin.count) / most) : 0
    const bar = drawn("rect", { class: "bin", x: place + 0.06, y: HEIGHT - 1 - tall, width: 0.88, height: tall })
    const full = drawn("rect", { x: place, y: 0, width: 1, height: HEIGHT, fill: "transparent" })
    const title = drawn("title", {})
    title.textContent = `${bin.told}: ${count(bin.count)}`
    full.append(title)
    return { bar, full }
  })
  const mark = (from, to) => bars.forEach(({ bar }, at) => bar.classList.toggle("in", at >= from && at <= to))
  const inside = bins.map((bin) => bin.on)
  mark(inside.indexOf(true), inside.lastIndexOf(true))
  chart.append(ground, ...bars.map((one) => one.bar), ...bars.map((one) => one.full))
  const place = (event) => {
    const box = chart.getBoundingClientRect()
    return Math.min(bins.length - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * bins.length)))
  }
  let start = null
  chart.onpointerdown = (event) => {
    start = place(event)
    chart.setPointerCapture(event.pointerId)
    mark(start, start)
    event.preventDefault()
  }
  chart.onpointermove = (event) => {
    if (start !== null) mark(Math.min(start, place(event)), Math.max(start, place(event)))
  }
  chart.onpointerup = (event) => {
    if (start === null) return
    const [from, to] = [Math.min(start, place(event)), Math.max(start, place(event))]
    start = null
    pick({ facet: facet.id, what: "range", low: bins[from].low, high: bins[to].high })
  }
  chart.onpointercancel = () => {
    start = null
    mark(inside.indexOf(true), inside.lastIndexOf(true))
  }
  const ends = element("div", { class: "ends", "aria-hidden": "true" })
  ends.append(element("span", {}, bins[0].from), element("span", {}, facet.scale), element("span", {}, bins.at(-1).to))
  return [chart, ends]
}

function range(facet, pick) {
  const end = (name, value, least) =>
    element("input", {
      type: "text",
      inputmode: "decimal",
      "aria-label": `${facet.label} ${name}`,
      placeholder: least,
      value: value ?? "",
      "data-focus": `${facet.id}/${name}`,
    })
  const low = end("from", facet.low, facet.bins[0]?.from ?? "")
  const high = end("to", facet.high, facet.bins.at(-1)?.to ?? "")
  const before = [low.value, high.value]
  const commit = () => {
    const wrong = [low, high].map((one) => one.value.trim() !== "" && !Number.isFinite(Number(one.value)))
    ;[low, high].forEach((one, at) => one.setAttribute("aria-invalid", wrong[at]))
    if (wrong.includes(true) || (low.value === before[0] && high.value === before[1])) return
    const [from, to] = [low, high].map((one) => one.value.trim() || null)
    before[0] = low.value
    before[1] = high.value
    pick({ facet: facet.id, what: "range", low: from, high: to })
  }
  for (const one of [low, high]) {
    one.onblur = commit
    one.onkeydown = (event) => {
      if (event.key === "Enter") commit()
    }
  }
  return element("div", { class: "range" }, low, "–", high)
}

function group(facet, pick) {
  const name = element("span", { class: "name", title: facet.title, dir: "auto" }, facet.label)
  name.append(element("span", { class: "kind" }, facet.kind))
  const legend = element("legend", {}, name)
  const button = (what, icon, said) => {
    const attributes = { type: "button", class: "icon", "aria-label": said, title: said, "data-focus": `${facet.id}/${what}` }
    const made = element("button", attributes, icon)
    made.onclick = () => pick({ facet: facet.id, what })
    legend.append(made)
  }
  if (facet.chosen) button("clear", "filter_alt_off", `Clear ${facet.label}`)
  button("hide", "close", `Hide ${facet.label}`)
  const made = element("fieldset", { "data-facet": facet.title }, legend)
  if (facet.bins) {
    if (facet.bins.length) made.append(...histogram(facet, pick))
    made.append(range(facet, pick))
  }
  made.append(...facet.values.map((one) => row(facet, one, pick)))
  if (facet.note) made.append(element("div", { class: "note" }, facet.note))
  return made
}

export default function ({ data, parentElement, setTriggerValue }) {
  let panel = parentElement.querySelector(".facets")
  if (!panel) {
    panel = element("div", { class: "facets", role: "group", "aria-label": "Facets" })
    parentElement.append(panel)
  }
  panel.style.height = `${data.height}px`
  const focus = parentElement.getRootNode().activeElement?.dataset?.focus
  const scrolled = panel.scrollTop
  panel.replaceChildren(...data.facets.map((facet) => group(facet, (picked) => setTriggerValue("pick", picked))))
  panel.scrollTop = scrolled
  if (focus) [...panel.querySelectorAll("[data-focus]")].find((one) => one.dataset.focus === focus)?.focus()
}

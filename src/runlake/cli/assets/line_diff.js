// Draws the difference of two texts as a table. Everything from `data` becomes text nodes: nothing in it is markup.
const STYLE = `
  .frame { overflow: auto; max-height: 640px; border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius); }
  table { border-collapse: collapse; width: 100%; font-family: var(--st-code-font); font-size: 12.5px; line-height: 1.5;
    color: var(--st-text-color); background: var(--st-background-color); }
  .side { table-layout: fixed; }
  th { position: sticky; top: 0; text-align: left; padding: 4px 8px; background: var(--st-secondary-background-color);
    font-family: var(--st-font); font-weight: 600; border-bottom: 1px solid var(--st-border-color); overflow-wrap: anywhere; }
  td { vertical-align: top; padding: 0 6px; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4; }
  td.number { text-align: right; user-select: none; white-space: nowrap; opacity: 0.75; }
  td.sign { text-align: center; user-select: none; }
  .left + .number { border-left: 1px solid var(--st-border-color); }
  .gone { background: color-mix(in srgb, var(--st-red-color, #DC4545) 16%, transparent); }
  .new { background: color-mix(in srgb, var(--st-green-color, #0E9F6E) 16%, transparent); }
  mark { color: inherit; background: color-mix(in srgb, currentColor 20%, transparent); border-radius: 2px; }
  .folded td { text-align: center; font-family: var(--st-font); padding: 3px; background: var(--st-secondary-background-color); }
`

export default function ({ data, parentElement }) {
  parentElement.replaceChildren()
  const style = document.createElement("style")
  style.textContent = STYLE
  const table = made("table", data.unified ? "" : "side")
  table.append(columns(data.unified ? ["4.5em", "4.5em", "2em", ""] : ["4.5em", "2em", "", "4.5em", "2em", ""]), head(data), ...(data.unified ? unified(data) : beside(data)))
  const frame = made("div", "frame")
  // Whoever uses the keyboard scrolls it with the arrows.
  frame.tabIndex = 0
  frame.setAttribute("role", "region")
  frame.setAttribute("aria-label", data.alt)
  frame.append(table)
  parentElement.append(style, frame)
}

function made(name, kind = "", text = null) {
  const part = document.createElement(name)
  if (kind) part.className = kind
  if (text !== null) part.textContent = text
  return part
}

function row(kind, ...cells) {
  const found = made("tr", kind)
  found.append(...cells)
  return found
}

function columns(widths) {
  const group = made("colgroup")
  group.append(...widths.map((width) => Object.assign(made("col"), { style: width && `width: ${width}` })))
  return group
}

function head(data) {
  const cells = data.unified
    ? [[`− ${data.left}   + ${data.right}`, 4]]
    : [[data.left, 3], [data.right, 3]]
  return row("", ...cells.map(([text, span]) => Object.assign(made("th", "", text), { colSpan: span, scope: "col" })))
}

function folded(count) {
  const words = `${count.toLocaleString("en")} equal ${count === 1 ? "line" : "lines"}`
  return row("folded", Object.assign(made("td", "", words), { colSpan: 6 }))
}

// `data.rows`: [mark, left number, left text, right number, right text, left ends, right ends] or ["folded", count].
// The ends are how many characters at the beginning and at the end of a changed line are equal.
function beside(data) {
  return data.rows.map(([mark, ...rest]) => {
    if (mark === "folded") return folded(rest[0])
    const [a, left, b, right, ends] = rest
    const gone = left !== null && mark !== "same"
    const fresh = right !== null && mark !== "same"
    return row(
      "",
      made("td", "number", a ?? ""),
      made("td", gone ? "sign gone" : "sign", gone ? "−" : ""),
      line(left, gone ? "left gone" : "left", ends),
      made("td", "number", b ?? ""),
      made("td", fresh ? "sign new" : "sign", fresh ? "+" : ""),
      line(right, fresh ? "new" : "", ends),
    )
  })
}

function unified(data) {
  const found = []
  let waiting = []
  const flush = () => {
    found.push(...waiting)
    waiting = []
  }
  for (const [mark, ...rest] of data.rows) {
    if (mark === "folded" || mark === "same") flush()
    if (mark === "folded") {
      found.push(folded(rest[0]))
      continue
    }
    const [a, left, b, right, ends] = rest
    if (mark === "same") {
      found.push(row("", made("td", "number", a), made("td", "number", b), made("td", "sign"), line(left, "")))
      continue
    }
    if (left !== null) {
      found.push(row("", made("td", "number", a), made("td", "number"), made("td", "sign gone", "−"), line(left, "gone", ends)))
    }
    if (right !== null) {
      waiting.push(row("", made("td", "number"), made("td", "number", b), made("td", "sign new", "+"), line(right, "new", ends)))
    }
  }
  flush()
  return found
}

function line(text, kind, ends) {
  const cell = made("td", kind)
  if (text === null) return cell
  if (!ends || !kind) {
    cell.textContent = text
    return cell
  }
  const [first, last] = ends
  cell.append(text.slice(0, first), made("mark", "", text.slice(first, text.length - last)), text.slice(text.length - last))
  return cell
}

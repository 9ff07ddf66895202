// Saves a picture as a file: the Plotly that drew it on the page draws it again, off screen, from the figure in `data`.
// What is saved runs nothing and fetches nothing: scripts, foreign content and addresses are taken out of an SVG.
const STYLE = `
  .row { display: flex; gap: 0.5rem; align-items: center; flex-wrap: wrap; font-family: var(--st-font); }
  button {
    font: inherit; font-size: 0.875rem; cursor: pointer; padding: 0.3rem 0.75rem; color: var(--st-text-color);
    background: var(--st-background-color); border: 1px solid var(--st-border-color);
    border-radius: var(--st-button-radius, 0.45rem);
  }
  button:hover, button:focus-visible { border-color: var(--st-primary-color); color: var(--st-primary-color); }
  button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
  button[disabled] { opacity: 0.5; cursor: default; }
  .said { font-size: 0.8rem; color: var(--st-text-color); }
`
const FORMATS = { svg: "image/svg+xml", png: "image/png" }

export default function ({ data, parentElement, setTriggerValue }) {
  parentElement.replaceChildren()
  const style = document.createElement("style")
  style.textContent = STYLE
  const row = document.createElement("div")
  row.className = "row"
  const said = document.createElement("span")
  said.className = "said"
  said.setAttribute("role", "status")
  const buttons = Object.keys(FORMATS).map((format) => {
    const button = document.createElement("button")
    button.type = "button"
    button.textContent = format.toUpperCase()
    button.setAttribute("aria-label", `Save as ${format.toUpperCase()}`)
    button.addEventListener("click", () => save(format))
    return button
  })
  row.append(...buttons, said)
  parentElement.append(style, row)

  async function save(format) {
    buttons.forEach((button) => (button.disabled = true))
    said.textContent = "Drawing …"
    try {
      const bytes = await drawn(data.figure, format)
      offer(new Blob([bytes], { type: FORMATS[format] }), `${data.name}.${format}`)
      said.textContent = "Saved."
      setTriggerValue("saved", { format, size: bytes.length, sha256: await hash(bytes) })
    } catch (problem) {
      said.textContent = `It could not be drawn: ${problem.message}`
    } finally {
      buttons.forEach((button) => (button.disabled = false))
    }
  }
}

async function drawn(text, format) {
  if (!window.Plotly) throw new Error("the page has drawn no picture yet")
  const figure = JSON.parse(text)
  const { width, height } = figure.layout
  const picture = { data: figure.data, layout: figure.layout, config: { plotlyServerURL: "", showSendToCloud: false } }
  const uri = await window.Plotly.toImage(picture, { format, width, height, scale: format === "png" ? 2 : 1 })
  const body = uri.slice(uri.indexOf(",") + 1)
  if (format === "svg") return new TextEncoder().encode(harmless(decodeURIComponent(body)))
  return Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0))
}

function harmless(text) {
  const found = new DOMParser().parseFromString(text, "image/svg+xml")
  if (found.querySelector("parsererror")) throw new Error("the drawing is damaged")
  found.querySelectorAll("script, foreignObject, iframe, animate, set").forEach((part) => part.remove())
  found.querySelectorAll("a").forEach((link) => link.replaceWith(...link.childNodes))
  for (const part of found.querySelectorAll("*")) {
    for (const { name, value } of [...part.attributes]) {
      const points = /href$/i.test(name) && !/^(#|data:image\/)/i.test(value)
      const fetches = /url\(\s*['"]?(?!['"]?(#|data:image\/))/i.test(value)
      if (/^on/i.test(name) || points || fetches) part.removeAttribute(name)
    }
  }
  return new XMLSerializer().serializeToString(found)
}

// Hashing needs a page that came over HTTPS or from this machine.
async function hash(bytes) {
  if (!globalThis.crypto?.subtle) return null
  const found = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))
  return Array.from(found, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

function offer(blob, name) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}

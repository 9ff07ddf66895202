// The box of the filter with completion: an ARIA combobox whose list the server makes from the text and the cursor.
// What is typed goes to the page on Enter or when the box is left; without an answer it is a plain box.
// All texts are data: they are set as text, never as markup.
const WAIT_MS = 60
const GAP_PX = 4
const LEAST_PX = 380
const boxes = new WeakMap()

function element(tag, attributes, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children)
  return made
}

// The server counts characters, the browser halves of surrogate pairs.
const characters = (text, units) => [...text.slice(0, units)].length
const units = (text, count) => [...text].slice(0, count).join("").length

class Box {
  constructor(parent) {
    this.input = element("input", {
      type: "text", role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "list",
      "aria-haspopup": "listbox", autocomplete: "off", autocapitalize: "off", spellcheck: "false",
    })
    this.list = element("div", { id: "list", class: "list", role: "listbox", "aria-label": "Completions", popover: "manual" })
    this.said = element("div", { class: "unseen", role: "status" })
    const icon = element("span", { class: "icon", "aria-hidden": "true" }, "filter_alt")
    this.frame = element("div", { class: "box" }, icon, this.input)
    parent.append(this.frame, this.list, this.said)
    this.committed = null
    this.commits = 0
    this.asks = 0
    this.active = -1
    this.wanted = false
    this.input.oninput = () => this.ask(WAIT_MS)
    this.input.onkeydown = (event) => this.key(event)
    this.input.onclick = () => this.close()
    this.input.onblur = () => {
      this.close()
      this.commit()
    }
    this.list.onpointerdown = (event) => event.preventDefault() // the box keeps the focus
    this.follow = () => this.isOpen && this.place()
    addEventListener("scroll", this.follow, true)
    addEventListener("resize", this.follow)
  }

  get isOpen() {
    return this.list.matches(":popover-open")
  }

  update(data, send) {
    this.send = send
    this.input.placeholder = data.placeholder
    this.input.setAttribute("aria-label", data.label)
    const first = this.committed === null
    if (first) this.commits = data.commits
    // An answer from before the last commit holds the text from before it.
    if (data.commits >= this.commits && data.value !== this.committed) {
      const untouched = first || this.input.value === this.committed
      this.committed = data.value
      if (untouched || this.root.activeElement !== this.input) this.input.value = data.value
    }
    this.input.title = this.input.value
    if (data.offer && data.offer.ask === this.asks && data.offer.text === this.input.value && this.wanted) this.show(data.offer)
  }

  get root() {
    return this.input.getRootNode()
  }

  ask(wait) {
    this.wanted = true
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      const text = this.input.value
      this.asks += 1
      this.send("ask", { text, at: characters(text, this.input.selectionEnd), ask: this.asks })
    }, wait)
  }

  commit() {
    const text = this.input.value
    if (text === this.committed) return
    this.committed = text
    this.commits += 1
    this.send("commit", { text, commits: this.commits })
  }

  show(offer) {
    this.offer = offer
    this.active = -1
    this.input.removeAttribute("aria-activedescendant")
    const options = offer.items.map(([insert, about, shown], at) => {
      const what = element("span", { class: "what", dir: "auto" }, shown ?? insert)
      const option = element("div", { id: `option-${at}`, role: "option", "aria-selected": "false" }, what)
      option.append(element("span", { class: "about" }, about))
      option.onclick = () => this.accept(at)
      return option
    })
    this.options = options
    if (!options.length) return this.hide()
    this.list.replaceChildren(...options)
    if (!offer.whole) this.list.append(element("div", { class: "more", "aria-hidden": "true" }, "Type on to find others."))
    if (!this.isOpen) this.list.showPopover()
    this.list.scrollTop = 0
    this.place()
    this.input.setAttribute("aria-expanded", "true")
    this.said.textContent = `${options.length}${offer.whole ? "" : " or more"} completions`
  }

  place() {
    const box = this.frame.getBoundingClientRect()
    const wide = Math.min(Math.max(box.width, LEAST_PX), innerWidth - 2 * GAP_PX)
    this.list.style.width = `${wide}px`
    this.list.style.left = `${Math.max(GAP_PX, Math.min(box.left, innerWidth - wide - GAP_PX))}px`
    this.list.style.top = `${box.bottom + GAP_PX}px`
  }

  hide() {
    if (this.isOpen) this.list.hidePopover()
    this.input.setAttribute("aria-expanded", "false")
    this.input.removeAttribute("aria-activedescendant")
    this.active = -1
  }

  close() {
    clearTimeout(this.timer)
    this.wanted = false
    this.hide()
    this.said.textContent = ""
  }

  move(step) {
    const many = this.options.length
    this.options[this.active]?.setAttribute("aria-selected", "false")
    this.active = this.active < 0 && step < 0 ? many - 1 : (this.active + step + many) % many
    const option = this.options[this.active]
    option.setAttribute("aria-selected", "true")
    option.scrollIntoView({ block: "nearest" })
    this.input.setAttribute("aria-activedescendant", option.id)
  }

  accept(at) {
    const { text, start, end, items } = this.offer
    if (text !== this.input.value) return
    this.input.setRangeText(items[at][0], units(text, start), units(text, end), "end")
    this.hide()
    this.ask(0)
  }

  key(event) {
    if (event.isComposing) return
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (move) {
      event.preventDefault()
      if (this.isOpen) this.move(move)
      else this.ask(0)
    } else if (event.key === " " && event.ctrlKey) {
      event.preventDefault()
      this.ask(0)
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault()
      if (this.isOpen && this.active >= 0) this.accept(this.active)
      else {
        this.close()
        this.commit()
      }
    } else if (event.key === "Escape") {
      if (this.isOpen) event.stopPropagation()
      this.close()
    }
  }

  end() {
    clearTimeout(this.timer)
    removeEventListener("scroll", this.follow, true)
    removeEventListener("resize", this.follow)
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  let box = boxes.get(parentElement)
  if (!box) {
    box = new Box(parentElement)
    boxes.set(parentElement, box)
  }
  box.update(data, setTriggerValue)
  return () => {
    box.end()
    boxes.delete(parentElement)
  }
}

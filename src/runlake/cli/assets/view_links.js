// A table whose first column is links to saved views. A plain click opens the view in this session, by telling Python;
// any other click (a new tab, a new window, "copy link") is the browser's, for each is a real link.
// Every text comes from the store and is set as text.
export default function ({ data, parentElement, setTriggerValue }) {
  const table = document.createElement("table")
  if (data.heads.length) {
    const row = table.createTHead().insertRow()
    for (const head of data.heads) {
      const cell = document.createElement("th")
      cell.scope = "col"
      cell.textContent = head
      row.append(cell)
    }
  }
  const body = table.createTBody()
  for (const { id, href, title, cells } of data.rows) {
    const row = body.insertRow()
    const link = document.createElement("a")
    link.href = new URL(href, location.origin).pathname + new URL(href, location.origin).search
    link.textContent = cells[0]
    if (title) link.title = title
    if (id === data.open) link.setAttribute("aria-current", "true")
    link.addEventListener("click", (event) => {
      if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
      event.preventDefault()
      setTriggerValue("opened", id)
    })
    row.insertCell().append(link)
    for (const text of cells.slice(1)) row.insertCell().textContent = text
  }
  const before = parentElement.querySelector("table")
  if (before) before.replaceWith(table)
  else parentElement.append(table)
}

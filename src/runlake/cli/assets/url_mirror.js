// Shows the state of the page in the address bar without a new entry in the history.
// `data.query` is the whole query string as the server wants it; what embeds the page may add its own `embed` options.
// `data.page` is only there to run this again on a page whose query is that of the page before.
export default function ({ data }) {
  const wanted = new URLSearchParams(data.query)
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (name.startsWith("embed")) wanted.append(name, value)
  }
  // A comma needs no escape in a query; one that belongs to an item is there as %252C.
  const query = wanted.toString().replaceAll("%2C", ",")
  const address = location.pathname + (query ? "?" + query : "") + location.hash
  if (address !== location.pathname + location.search + location.hash) {
    history.replaceState(history.state, "", address)
  }
}

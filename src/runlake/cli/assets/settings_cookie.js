// Keeps what the reader chose in the settings in a cookie, for a reload and for new tabs.
// `data.serial` counts the choices of a session: each is written once, so that drawing the page again does not
// write over what another tab of the browser has chosen since. A page that is loaded anew starts at 0, with nothing to write.
const YEAR_S = 31536000

export default function ({ data }) {
  if (!data.serial || data.serial === window.runlakeSettings) return
  window.runlakeSettings = data.serial
  const secure = location.protocol === "https:" ? "; Secure" : ""
  const age = data.value ? YEAR_S : 0
  document.cookie = `${data.name}=${data.value}; Path=/; SameSite=Strict; Max-Age=${age}${secure}`
}

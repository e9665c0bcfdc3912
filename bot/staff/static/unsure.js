// Keys for the uncertain messages: j/k, 1–9, Enter, u, r, ?. They press the page's own buttons, so without this file
// nothing is lost. Whoever speaks to the computer can switch them off (WCAG 2.1.4); the browser remembers that.
const KEPT = 'vagvisaren-tangenter'
const items = [...document.querySelectorAll('.unsure')]
const help = document.querySelector('#tangenter')
const on = document.querySelector('#tangenter-pa')
const stored = () => { try { return localStorage.getItem(KEPT) } catch { return null } }
const keep = (value) => { try { localStorage.setItem(KEPT, value) } catch { /* not kept then */ } }
const here = () => items.findIndex((item) => item.contains(document.activeElement))
const go = (index) => {
  const item = items[Math.min(Math.max(index, 0), items.length - 1)]
  item?.focus({ preventScroll: true })
  item?.scrollIntoView({ block: 'start' })
}
const press = (selector) => items[Math.max(here(), 0)]?.querySelector(selector)?.click()
const KEYS = {
  j: () => go(here() + 1),
  k: () => go(here() - 1),
  u: () => items[Math.max(here(), 0)]?.querySelector('.urgent')?.focus(),
  r: () => press('[value=rejected]'),
  Enter: () => press('.right'),
  '?': () => { help.open = !help.open; help.querySelector('summary').focus() },
}
for (let number = 1; number <= 9; number++) KEYS[number] = () => press(`[data-key="${number}"]`)

// Enter on a link, a button or a list is that element's own; keys typed into a field are text.
const own = (event) => event.target.closest('input:not([type=checkbox]), textarea, select') ||
  (event.key === 'Enter' && event.target.closest('a, button, summary, label, input'))

document.addEventListener('keydown', (event) => {
  if (!on.checked || event.repeat || event.ctrlKey || event.metaKey || event.altKey || own(event)) return
  const act = KEYS[event.key]
  if (!act) return
  event.preventDefault()
  act()
})
help.hidden = false
on.checked = stored() !== 'off'
on.addEventListener('change', () => keep(on.checked ? 'on' : 'off'))
if (on.checked && !document.querySelector('[autofocus]')) go(0)

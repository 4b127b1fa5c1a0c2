// Does the sum that keeps programs away (ALTCHA, set by this very site) while somebody fills in a form. Without this
// script, or where the browser cannot compute, the form is sent as it is, and the address is confirmed by letter instead.
(() => {
  const digest = window.crypto?.subtle && (text => crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
  if (!digest) return
  const AT_ONCE = 500

  const hex = bytes => Array.from(new Uint8Array(bytes), byte => byte.toString(16).padStart(2, '0')).join('')

  async function solve ({ salt, challenge, maxnumber, algorithm, signature }) {
    for (let first = 0; first <= maxnumber; first += AT_ONCE) {
      const numbers = Array.from({ length: AT_ONCE }, (_, place) => first + place)
      const sums = await Promise.all(numbers.map(number => digest(salt + number)))
      const found = sums.findIndex(sum => hex(sum) === challenge)
      if (found >= 0) return btoa(JSON.stringify({ algorithm, challenge, number: first + found, salt, signature }))
    }
  }

  for (const form of document.querySelectorAll('form[data-proof]')) {
    const field = form.elements.proof
    const waiting = form.querySelector('[data-proof-waiting]')
    let sum

    const begin = () => {
      sum ??= fetch(`${form.dataset.proof}?stamp=${encodeURIComponent(form.elements.stamp.value)}`)
        .then(answer => answer.ok ? answer.json() : Promise.reject(answer.status))
        .then(solve)
        .then(proof => { field.value = proof ?? '' })
        .catch(() => { field.value = '' })
      return sum
    }

    form.addEventListener('focusin', begin, { once: true })
    form.addEventListener('submit', async event => {
      if (field.value || form.dataset.sent) return
      event.preventDefault()
      if (waiting) waiting.hidden = false
      await begin()
      form.dataset.sent = 'yes'
      form.requestSubmit(event.submitter)
    })
    window.addEventListener('pageshow', event => {
      if (!event.persisted) return
      delete form.dataset.sent
      field.value = ''
      sum = undefined
      if (waiting) waiting.hidden = true
    })
  }
})()

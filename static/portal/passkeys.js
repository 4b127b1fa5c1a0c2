// Hands allauth's scripts for passkeys the forms of this page; what each is for stands in its attributes.
// Without this script, or on a device that knows no passkeys, the buttons stay hidden.
(() => {
  if (!window.PublicKeyCredential) return
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    const button = document.getElementById(form.dataset.button)
    window.allauth.webauthn.forms[form.dataset.passkey]({
      data: form.dataset.options ? JSON.parse(form.dataset.options) : undefined,
      ids: {
        add: button.id,
        authenticate: button.id,
        login: button.id,
        credential: form.elements.credential.id,
        passwordless: form.elements.passwordless?.id
      }
    })
    for (const hidden of document.querySelectorAll('[data-needs-passkeys]')) hidden.hidden = false
    for (const shown of document.querySelectorAll('[data-without-passkeys]')) shown.hidden = true
  }
  document.addEventListener('allauth.error', event => {
    event.preventDefault()
    for (const trouble of document.querySelectorAll('[data-passkey-trouble]')) {
      trouble.hidden = false
      trouble.focus()
    }
  })
})()

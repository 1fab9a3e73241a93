// Shows what needs a script, and says on the page what allauth's passkey scripts would tell the console alone.
(function () {
  const supported = window.PublicKeyCredential !== undefined
  document.querySelectorAll('[data-passkey]').forEach(part => { part.hidden = !supported })
  document.querySelectorAll('[data-no-passkey]').forEach(part => { part.hidden = supported })
  document.addEventListener('allauth.error', event => {
    const error = document.querySelector('[data-passkey-error]')
    if (!error) return
    event.preventDefault()
    error.hidden = false
    error.focus()
  })
})()

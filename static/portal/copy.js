// In a static copy: a page is grey until this has found it fresh, and says so when it was not renewed, for then nobody
// knows how the services are now. Without it the page stays grey: it cannot tell how old it is.
const notice = document.getElementById("copy");
const written = Date.parse(notice.querySelector("time").dateTime);

function look() {
  const stale = Date.now() - written > notice.dataset.staleSeconds * 1000;
  document.body.classList.toggle("is-stale", stale);
  notice.classList.toggle("notice--warning", stale);
  notice.querySelector(".stale").hidden = !stale;
}

look();
setInterval(look, 30000);

// In a static copy: say so when the copy was not renewed, for then nobody knows how the services are now.
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

#pragma once
// What a page looks like and what its script does. No fonts, pictures or code from elsewhere.

namespace l2g::report::detail {

inline constexpr const char* html_style = R"css(
:root{color-scheme:light dark;--ink:#212121;--soft:#6b6b6b;--rule:#e2e2e2;--paper:#ffffff;--page:#f6f7f8;--accent:#0072b2;
--warn:#8a4b00;--warn-page:#fff4e2;--letter-t:#1a1a1a;--code:#f0f2f4}
@media (prefers-color-scheme:dark){:root{--ink:#e6e6e6;--soft:#a8a8a8;--rule:#3a3d42;--paper:#1d1f23;--page:#131417;
--accent:#58b4e6;--warn:#ffcf8f;--warn-page:#3a2c14;--letter-t:#e6e6e6;--code:#26292e}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
main,header,nav{max-width:1080px;margin:0 auto;padding:0 20px}
header{padding-top:28px}h1{font-size:1.7rem;line-height:1.2;margin:0 0 4px}header p{color:var(--soft);margin:0 0 12px}
nav{position:sticky;top:0;background:var(--page);padding-top:8px;padding-bottom:8px;border-bottom:1px solid var(--rule);
display:flex;flex-wrap:wrap;gap:4px 18px;z-index:2}
nav a{color:var(--accent);text-decoration:none}nav a:hover{text-decoration:underline}
section{background:var(--paper);border:1px solid var(--rule);border-radius:10px;margin:18px 0;padding:6px 20px 18px;
scroll-margin-top:52px}
h2{font-size:1.25rem;margin:12px 0 8px}h3{font-size:1.02rem;margin:20px 0 6px}
p{margin:6px 0}.warning{background:var(--warn-page);color:var(--warn);border-radius:6px;padding:8px 12px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:2px 18px;margin:8px 0}dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
.cards{display:flex;flex-wrap:wrap;gap:12px;margin:16px 0}.card{background:var(--paper);border:1px solid var(--rule);border-radius:8px;
padding:10px 16px;min-width:150px;flex:1 1 150px}.card b{display:block;font-size:1.5rem;line-height:1.25;
font-variant-numeric:tabular-nums}.card span{display:block}.card small{color:var(--soft)}
.scroll{overflow:auto;max-height:480px;margin:8px 0}
table{border-collapse:collapse;font-size:.92rem;min-width:40%}.caption{color:var(--soft);font-size:.92rem;margin-top:14px}
th,td{padding:4px 12px;text-align:left;border-bottom:1px solid var(--rule);vertical-align:top}
td{overflow-wrap:break-word;max-width:48ch}td:first-child{min-width:9ch}th{position:sticky;top:0;background:var(--paper);cursor:pointer;
vertical-align:bottom;max-width:15ch}
th:after{content:"\a0\2195";color:var(--soft);font-size:.8em}th[aria-sort=ascending]:after{content:"\a0\2191"}
th[aria-sort=descending]:after{content:"\a0\2193"}
th:focus-visible{outline:2px solid var(--accent)}.n{text-align:right;font-variant-numeric:tabular-nums}td.n{white-space:nowrap}
figure{margin:12px 0;overflow-x:auto}figure svg{max-width:100%;height:auto;cursor:zoom-in;display:block}
figcaption{color:var(--soft);font-size:.92rem}.side{display:flex;flex-wrap:wrap;gap:0 24px}
svg text{font-family:"DejaVu Sans",Verdana,system-ui,sans-serif}
pre{background:var(--code);border-radius:6px;padding:12px;overflow-x:auto;font:13.5px/1.45 ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;margin:6px 0}
details{margin:8px 0}summary{cursor:pointer;color:var(--accent)}
.code{position:relative}.copy{position:absolute;right:8px;top:8px;font:inherit;font-size:.8rem;color:var(--ink);
background:var(--paper);border:1px solid var(--rule);border-radius:5px;padding:2px 8px;cursor:pointer}
#tip{position:fixed;pointer-events:none;background:#222;color:#fff;border-radius:5px;padding:4px 8px;font-size:.85rem;
max-width:280px;z-index:9;opacity:0;transition:opacity .1s}
[data-tip]:hover{filter:brightness(1.15)}
dialog{width:96vw;height:94vh;max-width:none;max-height:none;border:1px solid var(--rule);border-radius:10px;
background:var(--paper);color:var(--ink);padding:10px;overflow:auto}dialog::backdrop{background:rgba(0,0,0,.55)}
dialog svg{display:block;height:auto;margin:auto}dialog form{position:sticky;top:0;left:0;text-align:right;z-index:3}
dialog button{font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--rule);border-radius:5px;padding:2px 10px;margin-left:6px;cursor:pointer}
footer{max-width:1080px;margin:0 auto;padding:4px 20px 30px;color:var(--soft);font-size:.9rem}
@media (max-width:640px){main,header,nav{padding-left:10px;padding-right:10px}section{padding:4px 12px 14px}
dl{grid-template-columns:1fr}dd{margin-bottom:6px}figure svg{max-width:max(100%,560px)}
nav{position:static}th,td{padding:4px 8px}
section{scroll-margin-top:8px}}
@media print{nav,.copy{display:none}section{border:0;break-inside:avoid}}
)css";

inline constexpr const char* html_script = R"js(
(function () {
  var tip = document.getElementById("tip");
  function show(e) {
    var t = e.target.closest ? e.target.closest("[data-tip]") : null;
    if (!t) { tip.style.opacity = 0; return; }
    tip.textContent = t.getAttribute("data-tip");
    var host = t.closest("dialog") || document.body;
    if (tip.parentNode !== host) host.appendChild(tip);
    var x = e.clientX + 14, y = e.clientY + 16;
    if (x + tip.offsetWidth > innerWidth - 8) x = Math.max(8, e.clientX - tip.offsetWidth - 10);
    if (y + tip.offsetHeight > innerHeight - 8) y = Math.max(8, e.clientY - tip.offsetHeight - 10);
    tip.style.left = x + "px"; tip.style.top = y + "px"; tip.style.opacity = 1;
  }
  document.addEventListener("pointermove", show);
  document.addEventListener("pointerdown", show);
  document.addEventListener("scroll", function () { tip.style.opacity = 0; }, true);

  function key(row, column, number) {
    var s = row.cells[column].textContent.trim();
    if (!number) return s.toLowerCase();
    var v = parseFloat(s.replace(/,/g, ""));
    return isNaN(v) ? Infinity : v;
  }
  function sort(th) {
    var table = th.closest("table"), body = table.tBodies[0], column = th.cellIndex;
    var number = th.classList.contains("n"), up = th.getAttribute("aria-sort") !== "ascending";
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (c) { c.removeAttribute("aria-sort"); });
    th.setAttribute("aria-sort", up ? "ascending" : "descending");
    Array.prototype.slice.call(body.rows).map(function (row) { return [key(row, column, number), row]; })
      .sort(function (a, b) { return (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0) * (up ? 1 : -1); })
      .forEach(function (p) { body.appendChild(p[1]); });
  }
  document.addEventListener("click", function (e) {
    var th = e.target.closest("th");
    if (th) return sort(th);
    var copy = e.target.closest(".copy");
    if (copy) {
      var text = copy.parentNode.querySelector("pre").textContent;
      var done = function () { copy.textContent = "copied"; };
      if (navigator.clipboard) navigator.clipboard.writeText(text).then(done, function () {});
      return;
    }
    var svg = e.target.closest("figure svg");
    if (svg && !getSelection().toString()) zoom(svg);
  });
  document.addEventListener("keydown", function (e) {
    if ((e.key === "Enter" || e.key === " ") && e.target.tagName === "TH") { e.preventDefault(); sort(e.target); }
  });

  var dialog = document.getElementById("zoom"), large = null, size = 1;
  function scale(by) { size = Math.min(8, Math.max(0.5, by)); large.style.width = 94 * size + "%"; }
  function zoom(svg) {
    if (!dialog.showModal) return;
    var place = dialog.querySelector("div");
    place.textContent = "";
    large = svg.cloneNode(true);
    large.removeAttribute("width"); large.removeAttribute("height");
    place.appendChild(large);
    dialog.showModal();
    scale(1);
  }
  dialog.querySelector("[data-do=in]").addEventListener("click", function (e) { e.preventDefault(); scale(size * 1.5); });
  dialog.querySelector("[data-do=out]").addEventListener("click", function (e) { e.preventDefault(); scale(size / 1.5); });
})();
)js";

}  // namespace l2g::report::detail

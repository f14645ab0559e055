// The balance over time, drawn from the rows of the table beside it: one source, read by people and by the drawing.
/* global Chart */

function draw() {
  const table = document.querySelector("[data-balance-table]");
  const canvas = document.querySelector("[data-balance-chart]");
  if (!table || !canvas || !globalThis.Chart || Chart.getChart(canvas)) return;
  const rows = [...table.querySelectorAll("[data-balance-cents]")].reverse();
  const euro = new Intl.NumberFormat("it-IT", { style: "currency", currency: "EUR" });
  canvas.parentElement.hidden = false;
  new Chart(canvas, {
    type: "line",
    data: {
      labels: rows.map((row) => row.dataset.day),
      datasets: [{
        data: rows.map((row) => Number(row.dataset.balanceCents) / 100),
        borderColor: "#0059b3",
        backgroundColor: "#0059b3",
        stepped: true,
        pointRadius: 2,
      }],
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      plugins: {
        legend: { display: false },
        tooltip: { callbacks: { label: (item) => euro.format(item.parsed.y) } },
      },
      scales: { y: { ticks: { callback: (value) => euro.format(value) } } },
    },
  });
}

draw();
// A filter brings another table, and a canvas nothing was drawn on yet.
document.addEventListener("htmx:after:swap", draw);

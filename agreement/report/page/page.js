"use strict";
(() => {
  const table = document.getElementById("all");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const status = document.getElementById("sorted");

  const value = (row, column) => {
    const cell = row.cells[column];
    return "n" in cell.dataset ? Number(cell.dataset.n) : cell.textContent;
  };
  const compare = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b));

  const sort = (button) => {
    const heading = button.closest("th");
    const column = Number(button.dataset.column);
    const first = "n" in rows[0].cells[column].dataset ? "descending" : "ascending";
    const other = first === "descending" ? "ascending" : "descending";
    const direction = heading.getAttribute("aria-sort") === first ? other : first;
    for (const each of table.querySelectorAll("th[aria-sort]")) each.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", direction);
    const sign = direction === "ascending" ? 1 : -1;
    rows.sort((a, b) => sign * compare(value(a, column), value(b, column)));
    body.append(...rows);
    status.textContent = status.dataset.said.replace("{column}", button.textContent);
  };

  const filter = (words) => {
    let shown = 0;
    for (const row of rows) {
      row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
      shown += row.hidden ? 0 : 1;
    }
    document.getElementById("shown").textContent = shown;
  };

  const copy = async (button) => {
    try {
      await navigator.clipboard.writeText(button.dataset.line);
      const label = button.textContent;
      button.textContent = button.dataset.done;
      setTimeout(() => { button.textContent = label; }, 1500);
    } catch {
      getSelection().selectAllChildren(button.previousElementSibling);
    }
  };

  for (const button of table.querySelectorAll("th button")) button.addEventListener("click", () => sort(button));
  for (const button of document.querySelectorAll(".copy")) button.addEventListener("click", () => copy(button));
  document.getElementById("filter").addEventListener("input", (event) => {
    filter(event.target.value.toLowerCase().split(/\s+/).filter(Boolean));
  });
})();

/** Elements of the page, by their ids. */
export const at = (id) => document.getElementById(id);

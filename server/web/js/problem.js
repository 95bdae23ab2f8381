/** What went wrong, in the server's words. */
export async function problem(answer) {
  try {
    const told = await answer.json();
    return told.detail ?? told.title;
  } catch {
    return `the server answered ${answer.status}`;
  }
}

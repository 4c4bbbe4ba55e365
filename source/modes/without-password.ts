/** Text in which the passwords of URLs (`postgres://user:password@host/farm`) are left out. */
export const withoutPassword = (text: string): string =>
	text.replaceAll(/(?<start>:\/\/[^\s\/:@]*):[^\s\/@]+@/gv, '$<start>:...@');

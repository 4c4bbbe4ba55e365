/** Put this machine's beginning in place of the longest mapped one; a mapping `/mnt/a` is for `/mnt/a` and `/mnt/a/b`, not for `/mnt/ab`. */
export const mapPath = (
	text: string,
	mapping: Readonly<Record<string, string>>,
): string => {
	let best: string | undefined;
	for (const from of Object.keys(mapping)) {
		if (from.length > (best?.length ?? 0) && isWithin(text, from)) {
			best = from;
		}
	}

	return best === undefined
		? text
		: `${mapping[best] ?? best}${text.slice(best.length)}`;
};

const isWithin = (text: string, folder: string): boolean =>
	text.startsWith(folder) &&
	(text.length === folder.length ||
		folder.endsWith('/') ||
		text[folder.length] === '/' ||
		text[folder.length] === '\\');

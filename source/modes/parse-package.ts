/** A package with a version range, as words on a command line name it: `blender` (any version), `blender=~3.4`, `blender~=3.4`, `python>=3.9`. Undefined where it is no such word. */
export const parsePackage = (
	word: string,
): {readonly name: string; readonly range: string} | undefined => {
	const name = /^\w[\w\-.]*/v.exec(word)?.[0];
	if (name === undefined) {
		return undefined;
	}

	const rest = word.slice(name.length).trim();
	if (rest === '') {
		return {name, range: '*'};
	}

	// `NAME=RANGE`; but `NAME==1.2.3` is a range that begins so.
	const range = rest.replace(/^=(?!=)/v, '').trim();
	return range === '' ? undefined : {name, range};
};

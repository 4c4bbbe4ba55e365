import {isWindowsPath} from './map-path.js';

/**
Map each path of a list such as PATH has. `:` and `;` stand between paths; the colon of a drive letter or of a URL does not. Where paths become such with drive letters, or no more, what stands between them changes with them.
*/
export const mapPathList = (
	text: string,
	map: (path: string) => string,
): string => {
	const {paths, separators} = splitPathList(text);
	let hasTurned: 'none' | ':' | ';' = 'none';
	const mapped = paths.map((path) => {
		const result = map(path);
		if (result !== path && isWindowsPath(result) !== isWindowsPath(path)) {
			hasTurned = isWindowsPath(result) ? ';' : ':';
		}

		return result;
	});
	return mapped
		.map((path, index) => {
			const separator = separators[index] ?? '';
			return `${path}${separator !== '' && hasTurned !== 'none' ? hasTurned : separator}`;
		})
		.join('');
};

/** Whether it is more than one path, each of which begins at a root. */
export const isListOfRooted = (text: string): boolean => {
	const {paths} = splitPathList(text);
	return (
		paths.length > 1 &&
		paths.every((path) => path.startsWith('/') || isWindowsPath(path))
	);
};

const splitPathList = (
	text: string,
): {
	readonly paths: readonly string[];
	/** What follows each path but the last. */
	readonly separators: readonly string[];
} => {
	const paths: string[] = [];
	const separators: string[] = [];
	let start = 0;
	for (let index = 0; index < text.length; index++) {
		const character = text[index];
		const before = text.slice(start, index);
		const after = text.slice(index + 1);
		const isDrive = /^[A-Za-z]$/v.test(before) && /^[\/\\]/v.test(after);
		const isUrl = /^[A-Za-z][\w+\-.]+$/v.test(before) && after.startsWith('//');
		if (!(character === ';' || (character === ':' && !isDrive && !isUrl))) {
			continue;
		}

		paths.push(before);
		separators.push(character);
		start = index + 1;
	}

	paths.push(text.slice(start));
	return {paths, separators};
};

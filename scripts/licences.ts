import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {z} from 'zod';

const manifestShape = z.looseObject({
	name: z.string(),
	version: z.string(),
	license: z.string().optional(),
});

/**
The licences of all packages that a build took something from, one after the other, as their authors ask for.

@param root folder that has node_modules/
@param inputs files of the build, relative to that folder
*/
export const licencesOf = async (
	root: string,
	inputs: readonly string[],
): Promise<string> => {
	const folders = new Set(
		inputs
			.map((file) => packageFolder.exec(file)?.[0])
			.filter((folder) => folder !== undefined),
	);
	const texts = await Promise.all(
		[...folders]
			.toSorted()
			.map(async (folder) => licenceIn(path.join(root, folder))),
	);
	return [
		'The program holds parts of these packages. A single executable also holds Node.js, whose licence, and those of',
		'what it holds, are at https://github.com/nodejs/node/blob/main/LICENSE',
		...texts,
		'',
	].join('\n');
};

/** Up to the last `node_modules/` and the name behind it. What a plugin of the build reads may have the plugin's name and a whole path before it. */
const packageFolder =
	/node_modules\/(?:.*\/node_modules\/)?(?:@[^\/]+\/)?[^\/]+/v;

const licenceIn = async (folder: string): Promise<string> => {
	const {name, version, license} = manifestShape.parse(
		JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')),
	);
	const names = await readdir(folder);
	const texts = await Promise.all(
		names
			.filter((file) => /^(?:licen[cs]e|copying|notice)/iv.test(file))
			.toSorted()
			.map(async (file) => readFile(path.join(folder, file), 'utf8')),
	);
	return [
		'',
		'-'.repeat(80),
		`${name} ${version}, ${license ?? 'licence as below'}`,
		...texts.map((text) => `\n${text.replaceAll('\r\n', '\n').trim()}`),
	].join('\n');
};

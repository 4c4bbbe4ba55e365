import {spawn} from 'node:child_process';
import {once} from 'node:events';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import {FarmError} from '../core/errors.js';

/**
Gives the text to `$VISUAL` or `$EDITOR`, which has the terminal meanwhile. Undefined: it was left as it was, or the editor ended badly.

@throws FarmError `INVALID` where there is no editor
*/
export const editText = async (
	text: string,
	{suffix}: {readonly suffix: string},
): Promise<string | undefined> => {
	const editor =
		['VISUAL', 'EDITOR']
			.map((name) => process.env[name] ?? '')
			.find((value) => value !== '') ?? 'vi';
	const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-edit-'));
	try {
		const file = path.join(folder, `edit${suffix}`);
		await fs.writeFile(file, text, {mode: 0o600});
		// The variable may hold arguments, as in `code --wait`.
		const child = spawn('/bin/sh', ['-c', `${editor} "$0"`, file], {
			stdio: 'inherit',
		});
		const [code] = (await once(child, 'exit')) as [number | null]; // eslint-disable-line @typescript-eslint/no-restricted-types -- as Node has it
		const edited = await fs.readFile(file, 'utf8');
		return code === 0 && edited !== text ? edited : undefined;
	} catch (error) {
		throw new FarmError(
			'INVALID',
			`The editor "${editor}" could not be started: set EDITOR to one that is there.`,
			{cause: error},
		);
	} finally {
		await fs.rm(folder, {recursive: true, force: true});
	}
};

import {spawn} from 'node:child_process';
import process from 'node:process';
import {fileURLToPath} from 'node:url';

/** Another interpreter is tested by naming its program: the modules are for 3.7 and newer. */
export const python = process.env['LIFEBLOOD_TEST_PYTHON'] ?? 'python3';

/** Where `lifeblood_connection.py` and `lifeblood_client.py` are. */
export const pythonFolder = fileURLToPath(
	new URL('../../runtime/python', import.meta.url),
);

export type PythonProcess = {
	readonly pid: number;
	readonly stdout: () => string;
	readonly stderr: () => string;
	readonly signal: (signal: NodeJS.Signals) => void;
	readonly ended: Promise<{
		/** Or the signal that ended it. */
		readonly status: number | NodeJS.Signals;
		readonly stdout: string;
		readonly stderr: string;
	}>;
};

/** Runs a script as `python3 -c`, with the modules where they are found. */
export const startPython = (
	script: string,
	environment: Readonly<Record<string, string>> = {},
): PythonProcess => {
	const child = spawn(python, ['-c', script], {
		env: {
			PATH: process.env['PATH'],
			PYTHONPATH: pythonFolder,
			PYTHONDONTWRITEBYTECODE: '1',
			PYTHONUNBUFFERED: '1',
			...environment,
		},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let stdout = '';
	let stderr = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		stdout += text;
	});
	child.stderr.setEncoding('utf8').on('data', (text: string) => {
		stderr += text;
	});
	const ended = new Promise<Awaited<PythonProcess['ended']>>(
		(resolve, reject) => {
			child.once('error', reject);
			child.once('close', (code, signal) => {
				resolve({status: code ?? signal ?? 0, stdout, stderr});
			});
		},
	);
	return {
		pid: child.pid ?? 0,
		stdout: () => stdout,
		stderr: () => stderr,
		signal(signal) {
			child.kill(signal);
		},
		ended,
	};
};

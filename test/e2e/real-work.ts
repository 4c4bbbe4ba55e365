import fs from 'node:fs';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';
import {execa} from 'execa';
import {
	createFarm,
	type FarmProcess,
	type WorkerDaemon,
} from '../helpers/farm-process.js';
import {testWith} from '../helpers/test-with.js';
import {until} from '../helpers/until.js';

const examples = fileURLToPath(new URL('../../examples', import.meta.url));

const apply = async (farm: FarmProcess, example: string): Promise<void> => {
	await farm.printed([
		'graph',
		'apply',
		path.join(examples, `${example}.yaml`),
	]);
};

/** What a program prints. */
const printedBy = async (
	program: string,
	...words: readonly string[]
): Promise<string> => {
	const {stdout} = await execa(program, words, {stdin: 'ignore'});
	return stdout;
};

/** Frames of a movie or of numbered pictures, each by a sum over what it shows. */
const framesOf = async (...input: readonly string[]): Promise<string[]> => {
	const text = await printedBy(
		'ffmpeg',
		'-nostdin',
		'-loglevel',
		'error',
		...input,
		'-pix_fmt',
		'rgb24',
		'-f',
		'framemd5',
		'-',
	);
	return text
		.split('\n')
		.filter((line) => line !== '' && !line.startsWith('#'))
		.map((line) => line.split(',').at(-1)?.trim() ?? '');
};

const countedFrames = async (movie: string): Promise<string> =>
	printedBy(
		'ffprobe',
		'-v',
		'error',
		'-select_streams',
		'v:0',
		'-count_frames',
		'-show_entries',
		'stream=nb_read_frames',
		'-of',
		'csv=p=0',
		movie,
	);

/** The folder holds the 48 frames as one run of FFmpeg draws them, and a movie of them. */
const expectMovie = async (
	t: ExecutionContext,
	{folder, size}: {readonly folder: string; readonly size: string},
): Promise<void> => {
	t.deepEqual(
		fs.readdirSync(path.join(folder, 'frames')).toSorted(),
		Array.from(
			{length: 48},
			(_, index) => `${String(index + 1).padStart(4, '0')}.png`,
		),
	);
	t.deepEqual(
		await framesOf('-i', path.join(folder, 'frames', '%04d.png')),
		await framesOf(
			'-f',
			'lavfi',
			'-i',
			`testsrc2=rate=24:size=${size}`,
			'-frames:v',
			'48',
		),
	);
	const movie = path.join(folder, 'movie.mp4');
	t.is(await countedFrames(movie), '48');
	const shown = await framesOf('-i', movie);
	t.is(shown.length, 48);
	t.deepEqual(
		shown.filter((frame, index) => frame === shown[index - 1]),
		[],
	);
};

/** Of all tasks, the dead ones too. */
const allInvocations = async (farm: FarmProcess) => {
	const {tasks} = await farm.ask('task.list', {filter: {dead: true}});
	const invocations = await Promise.all(
		tasks.map(async ({id}) => farm.invocations(id)),
	);
	return invocations.flat();
};

/** How many processes there were for each node's tasks. */
const processesByNode = async (
	farm: FarmProcess,
): Promise<Readonly<Record<string, number>>> => {
	const counts: Record<string, number> = {};
	for (const {node} of await allInvocations(farm)) {
		counts[node] = (counts[node] ?? 0) + 1;
	}

	return counts;
};

const namesOf = (pids: readonly number[]): readonly string[] =>
	pids.map((pid) => {
		try {
			return fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
		} catch {
			return '';
		}
	});

const signalAll = async (
	pids: readonly number[],
	signal: 'STOP' | 'CONT' | 'KILL',
): Promise<void> => {
	// Some may just have ended.
	await execa('kill', [`-${signal}`, ...pids.map(String)], {reject: false});
};

/** Two chunks at a time. */
const chunksAtOnce = 2;

/** Holds the worker, and all that it runs, at a moment at which as many chunks run as may: none of them can end or begin any more. */
const holdAmidChunks = async (
	worker: WorkerDaemon,
	jobs: () => readonly number[],
): Promise<void> => {
	await until(
		async () => {
			// First the worker, so that nothing is begun.
			worker.signal('SIGSTOP');
			await signalAll(jobs(), 'STOP');
			// What a wrapper has begun meanwhile.
			await signalAll(jobs(), 'STOP');
			const running = namesOf(jobs()).filter((name) => name === 'ffmpeg');
			if (running.length === chunksAtOnce) {
				return true;
			}

			await signalAll(jobs(), 'CONT');
			worker.signal('SIGCONT');
			return undefined;
		},
		{what: `${chunksAtOnce} chunks to run at once`, within: 30_000},
	);
};

const movieTools = ['ffmpeg', 'ffprobe'];

testWith(
	movieTools,
	'two workers draw 48 frames in chunks, and they become a movie of 48 frames, each another',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await Promise.all([
			farm.worker({name: 'one', cpus: 2}),
			farm.worker({name: 'two', cpus: 2}),
		]);
		await apply(farm, 'ffmpeg-movie');
		const folder = path.join(farm.folder, 'movie');
		await farm.printed([
			'submit',
			'movie',
			'--frames',
			'1-48',
			'--attr',
			`folder=${folder}`,
			'--wait',
		]);
		await expectMovie(t, {folder, size: '640x360'});
		t.deepEqual(await processesByNode(farm), {
			movie: 1,
			'movie-render': 8,
			'movie-encode': 1,
		});
	},
);

/** A configuration folder in which no package stands, as a machine's without any software. */
const bareMachine = (farm: FarmProcess): readonly string[] => {
	const config = path.join(farm.folder, 'config-bare');
	const packages = path.join(config, 'standard_environment_resolver');
	fs.mkdirSync(packages, {recursive: true});
	fs.writeFileSync(path.join(packages, 'config.toml'), '');
	const key = path.join(farm.folder, 'config', 'farm.key');
	return ['--config-dir', config, '--key-file', key];
};

testWith(
	movieTools,
	'a movie that asks for the package ffmpeg is made by the machine where it was found',
	async (t) => {
		const farm = createFarm(t);
		const {server} = await farm.scheduler();
		t.regex(await farm.printed(['resolver', 'generate']), /^ffmpeg \d/mv);
		await Promise.all([
			farm.worker({
				name: 'bare',
				cpus: 8,
				flags: [
					...bareMachine(farm),
					'--scheduler',
					`${server.host}:${server.port}`,
				],
			}),
			farm.worker({name: 'tooled', cpus: 2}),
		]);
		await apply(farm, 'ffmpeg-movie');
		const folder = path.join(farm.folder, 'movie');
		await farm.printed([
			'submit',
			'movie',
			'--frames',
			'1-48',
			'--attr',
			`folder=${folder}`,
			'--wait',
			'--resolver',
			'standard',
			'--package',
			'ffmpeg',
		]);
		await expectMovie(t, {folder, size: '640x360'});
		const invocations = await allInvocations(farm);
		t.is(invocations.length, 10);
		t.deepEqual(
			invocations.filter(({worker}) => worker !== 'tooled'),
			[],
		);
	},
);

/** Kills the worker while frames are drawn, and perhaps all that it runs as well. */
const killAmidFrames = async (
	t: ExecutionContext,
	{isPowerCut}: {readonly isPowerCut: boolean},
): Promise<Readonly<Record<string, number>>> => {
	const farm = createFarm(t);
	const scheduler = await farm.scheduler();
	const worker = await farm.worker({cpus: chunksAtOnce});
	await apply(farm, 'ffmpeg-movie');
	const folder = path.join(farm.folder, 'movie');
	const size = '1280x720';
	const id = await farm.submit('movie', {
		attributes: {
			frames: Array.from({length: 48}, (_, index) => index + 1),
			folder,
			size,
		},
	});
	const jobs = (): number[] =>
		farm.marked().filter((pid) => pid !== scheduler.pid && pid !== worker.pid);
	await until(
		() =>
			fs.existsSync(path.join(folder, 'frames', '0008.png')) &&
			namesOf(jobs()).includes('ffmpeg')
				? true
				: undefined,
		{what: 'frames to be drawn', within: 20_000},
	);
	// Not while a chunk has been handed out and not begun: that one is handed out again.
	await holdAmidChunks(worker, jobs);
	await worker.end('SIGKILL');
	await signalAll(jobs(), isPowerCut ? 'KILL' : 'CONT');

	t.false(fs.existsSync(path.join(folder, 'frames', '0048.png')));
	await farm.worker({cpus: 2});
	t.like(await farm.rest(id), {errors: 0});
	await expectMovie(t, {folder, size});
	return processesByNode(farm);
};

testWith(
	movieTools,
	'a worker that is killed amid the frames goes on with what it had begun, and nothing is drawn twice',
	async (t) => {
		t.deepEqual(await killAmidFrames(t, {isPowerCut: false}), {
			movie: 1,
			'movie-render': 8,
			'movie-encode': 1,
		});
	},
);

testWith(
	movieTools,
	'a machine that loses its power amid the frames draws again what it had begun, and the movie is whole',
	async (t) => {
		// Eight chunks, two of which were cut off and drawn again.
		t.deepEqual(await killAmidFrames(t, {isPowerCut: true}), {
			movie: 1,
			'movie-render': 8 + chunksAtOnce,
			'movie-encode': 1,
		});
	},
);

testWith(
	['ffmpeg', 'ffprobe', 'bash'],
	'how far FFmpeg has come is seen while it runs, and why it failed when it could not',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.worker();
		await apply(farm, 'movie-proxy');
		const movie = path.join(farm.folder, "it's $(a) movie.mp4");
		const proxy = path.join(farm.folder, 'proxy.mp4');
		await printedBy(
			'ffmpeg',
			'-nostdin',
			'-loglevel',
			'error',
			'-f',
			'lavfi',
			'-i',
			'testsrc2=rate=24:size=640x360',
			'-frames:v',
			'96',
			movie,
		);
		const id = await farm.submit('proxy', {
			attributes: {movie, proxy, realtime: 'yes'},
		});
		const percents = new Set<number>();
		await until(
			async () => {
				const {progress, state} = await farm.task(id);
				if (progress !== null) {
					percents.add(progress);
				}

				return state === 'done' ? true : undefined;
			},
			{what: 'the copy to be made', within: 20_000},
		);
		const between = [...percents].filter(
			(percent) => percent > 0 && percent < 100,
		);
		t.not(between.length, 0);
		t.deepEqual(
			between,
			between.toSorted((a, b) => a - b),
		);
		t.is(await countedFrames(proxy), '96');

		const none = await farm.submit('proxy', {
			attributes: {movie: '/nowhere.mp4', proxy},
		});
		await farm.taskIn(none, 'error');
		t.regex(
			await farm.printed(['task', 'log', String(none)]),
			/nowhere\.mp4: No such file/v,
		);
	},
);

testWith(
	['convert', 'montage', 'identify'],
	'pictures that were drawn side by side are all on the contact sheet, each in its place',
	async (t) => {
		const farm = createFarm(t);
		await farm.scheduler();
		await farm.worker();
		await apply(farm, 'contact-sheet');
		const folder = path.join(farm.folder, 'sheet');
		await farm.printed([
			'submit',
			'sheet',
			'--frames',
			'1-10',
			'--attr',
			`folder=${folder}`,
			'--wait',
		]);
		const pictures = fs
			.readdirSync(path.join(folder, 'pictures'))
			.toSorted()
			.map((name) => path.join(folder, 'pictures', name));
		t.deepEqual(
			await printedBy('identify', '-format', '%wx%h\n', ...pictures),
			Array.from({length: 10}, () => '160x90').join('\n'),
		);
		const sheet = path.join(folder, 'sheet.png');
		// Four in a row, three rows, each with four pixels around it.
		t.is(
			await printedBy('identify', '-format', '%n %wx%h', sheet),
			'1 672x294',
		);
		t.deepEqual(
			await Promise.all(
				pictures.map(async (_, index) =>
					sumOf(
						sheet,
						`160x90+${4 + 168 * (index % 4)}+${4 + 98 * Math.floor(index / 4)}`,
					),
				),
			),
			await Promise.all(
				pictures.map(async (picture) => sumOf(picture, '160x90+0+0')),
			),
		);
		t.deepEqual(await processesByNode(farm), {
			sheet: 1,
			'sheet-draw': 10,
			'sheet-mount': 1,
		});
	},
);

/** A sum over what a part of a picture shows. */
const sumOf = async (picture: string, part: string): Promise<string> =>
	printedBy(
		'convert',
		picture,
		'-crop',
		part,
		'+repage',
		'-depth',
		'8',
		'-alpha',
		'off',
		'-format',
		'%#',
		'info:',
	);

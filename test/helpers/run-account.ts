import fs from 'node:fs';

/** One process of a job, by what it wrote down itself. */
export type Run = {
	readonly task: number;
	readonly invocation: number;
	readonly pid: number;
	readonly hasEnded: boolean;
};

/** Every line is one write to a file opened for appending, so lines of jobs that run at once are whole. */
export const readAccount = (file: string): readonly Run[] => {
	const runs = new Map<string, Run>();
	for (const line of linesOf(file)) {
		const [word, task = '', invocation = '', pid = ''] = line.split(' ', 4);
		const key = `${invocation} ${pid}`;
		if (word === 'start' || word === 'end') {
			runs.set(key, {
				task: Number(task),
				invocation: Number(invocation),
				pid: Number(pid),
				hasEnded: word === 'end',
			});
		}
	}

	return runs.values().toArray();
};

/** What is wrong with those tasks that were not run by one process to its end, and by no other. */
export const notRunOnce = (runs: readonly Run[]): readonly string[] =>
	Map.groupBy(runs, ({task}) => task)
		.entries()
		.filter(
			([, ofTask]) =>
				ofTask.length !== 1 || ofTask.some(({hasEnded}) => !hasEnded),
		)
		.map(([task, ofTask]) => `task ${task}: ${JSON.stringify(ofTask)}`)
		.toArray();

/** How many of these ran at the same time, at most, each counted with its weight. */
export const mostAtOnce = (
	file: string,
	weights: ReadonlyMap<number, number>,
): number => {
	let now = 0;
	let most = 0;
	for (const line of linesOf(file)) {
		const [word, task] = line.split(' ', 2);
		const weight = weights.get(Number(task)) ?? 0;
		now += word === 'start' ? weight : -weight;
		most = Math.max(most, now);
	}

	return most;
};

/** The tasks in the order in which their processes began. */
export const startOrder = (file: string): readonly number[] =>
	linesOf(file)
		.map((line) => line.split(' '))
		.filter(([word]) => word === 'start')
		.map(([, task]) => Number(task));

const linesOf = (file: string): readonly string[] =>
	fs.readFileSync(file, 'utf8').split('\n').slice(0, -1);

/** A command that runs this shell text, and writes down when it begins and ends. */
export const job = (
	text = ':',
): {readonly command: ReadonlyArray<{readonly arg: string}>} =>
	shell(
		`echo "start $LIFEBLOOD_RUNTIME_TID $LIFEBLOOD_RUNTIME_IID $$" >> "$ACCOUNT"\n${text}\necho "end $LIFEBLOOD_RUNTIME_TID $LIFEBLOOD_RUNTIME_IID $$" >> "$ACCOUNT"`,
	);

/** A command that runs this shell text. */
export const shell = (
	text: string,
): {readonly command: ReadonlyArray<{readonly arg: string}>} => ({
	command: [{arg: 'sh'}, {arg: '-c'}, {arg: text}],
});

/** Shell text that goes on when the test opens this gate. */
export const waitFor = (gate: string): string =>
	`while [ ! -e "$GATES/${gate}" ]; do sleep 0.02; done`;

import test from 'ava';
import fc from 'fast-check';
import {FarmError} from '../source/core/errors.js';
import {
	commandFamilies,
	commandTable,
	globalFlags,
} from '../source/modes/command-table.js';
import {commandsPage, helpText} from '../source/modes/help.js';
import {parseCommandLine} from '../source/modes/parse-command-line.js';

const parse = (line: string) =>
	parseCommandLine(line.split(' ').filter((word) => word !== ''));

const command = (line: string) => {
	const parsed = parse(line);
	if (parsed.kind !== 'command') {
		throw new Error(`${line} is no command.`);
	}

	return parsed;
};

test('flags of every command may stand before, between and behind the words', (t) => {
	for (const line of [
		'--json --scheduler host:1 task list --dead',
		'task --json --scheduler=host:1 list --dead',
		'task list --dead --scheduler host:1 --json',
	]) {
		const {
			command: {name},
			flags,
		} = command(line);
		t.is(name, 'task list');
		t.is(flags.text('scheduler'), 'host:1');
		t.true(flags.toggle('json'));
		t.true(flags.toggle('dead'));
		t.is(flags.toggle('archived'), undefined);
	}
});

test('a worker is run, unless the next word steers workers', (t) => {
	t.is(command('worker').command.mode, 'worker');
	t.is(command('worker --cpus 4 --once').command.mode, 'worker');
	t.is(command('worker list').command.name, 'worker list');
	t.is(command('worker --json show a').command.mode, 'worker-control');
	t.throws(() => parse('worker list2'), {
		code: 'INVALID',
		message: /does not know what to do with "list2"/v,
	});
});

test('a flag that is off is not one that was not given', (t) => {
	t.is(command('scheduler').flags.toggle('broadcast'), undefined);
	t.false(command('scheduler --no-broadcast').flags.toggle('broadcast'));
	t.throws(() => parse('task list --no-dead'), {code: 'INVALID'});
});

test('values may begin with a dash where they are numbers, or behind an equals sign', (t) => {
	t.is(command('submit a --priority -5').flags.number('priority'), -5);
	t.is(command('submit a --name=-x').flags.text('name'), '-x');
	t.deepEqual(
		command('submit a --attr a=-1 --attr b:=[-2]').flags.texts('attr'),
		['a=-1', 'b:=[-2]'],
	);
	t.is(command('submit a --attrs -').flags.text('attrs'), '-');
	t.deepEqual(command('graph apply -').arguments, ['-']);
	t.deepEqual(command('graph apply -- --odd.yaml').arguments, ['--odd.yaml']);
});

test('what is wrong is told by name, with what was most likely meant', (t) => {
	for (const [line, message] of [
		[
			'tsk list',
			'There is no command "tsk"; did you mean "task"? See lifeblood --help.',
		],
		// Two letters the other way round are one mistake.
		[
			'veiw',
			'There is no command "veiw"; did you mean "view"? See lifeblood --help.',
		],
		['task', /^"task" needs one word more: list, show, /v],
		['task lst', /^There is no command "task lst"; did you mean "list"\?/v],
		[
			'task list --stat x',
			/^"task list" has no flag --stat; did you mean "--state"\?/v,
		],
		['task list -x', /^"task list" has no flag -x/v],
		[
			'task list --state redy',
			/^--state knows no "redy"; did you mean "ready"\?/v,
		],
		['task list --state ready,x', /^--state knows no "x"/v],
		[
			'task list --limit ten',
			'--limit must be a whole number from 1 on, not "ten".',
		],
		['task list --limit 1.5', /whole number/v],
		['task list --limit 0', /from 1 on/v],
		['scheduler --server-port 65536', /from 0 to 65535/v],
		['task list --limit', /^--limit needs a value: --limit N\./v],
		['task list --limit --dead', /^--limit needs a value/v],
		['task list --dead=yes', '--dead is a switch and takes no value.'],
		['task list --limit 1 --limit 2', '--limit may be given only once.'],
		['task list 5', /^"task list" does not know what to do with "5"/v],
		['task show', /^"task show" needs ID: the task's id\./v],
		['limit set a', /^"limit set" needs TOTAL/v],
		['completion tcsh', /^SHELL is one of bash, zsh, fish, not "tcsh"/v],
		[
			'--vresion',
			/^There is no flag --vresion without a command; did you mean "--version"\?/v,
		],
	] as const) {
		t.throws(() => parse(line), {code: 'INVALID', message}, `Of: ${line}`);
	}
});

test('help is asked for in any place, before anything is found wrong', (t) => {
	t.deepEqual(parse(''), {kind: 'help', about: ''});
	t.deepEqual(parse('--help'), {kind: 'help', about: ''});
	t.deepEqual(parse('task --help'), {kind: 'help', about: 'task'});
	t.deepEqual(parse('task list --wrong -h'), {
		kind: 'help',
		about: 'task list',
	});
	t.deepEqual(parse('help task list'), {kind: 'help', about: 'task list'});
	t.deepEqual(parse('--version'), {kind: 'version'});
	t.throws(() => helpText('nothing'), {code: 'INVALID'});
});

test('any words are either understood or refused as wrong usage', (t) => {
	const word = fc.oneof(
		fc.string(),
		fc.constantFrom(
			'task',
			'list',
			'worker',
			'--',
			'-',
			'--json',
			'--state',
			'--scheduler',
			'--x',
			'--=',
			'-1',
			'--no-json',
			'--__proto__',
			'--constructor',
			'5',
		),
	);
	fc.assert(
		fc.property(fc.array(word, {maxLength: 6}), (words) => {
			t.true(isUnderstood(words));
		}),
		{numRuns: 500},
	);
});

const isUnderstood = (words: readonly string[]): boolean => {
	try {
		return ['help', 'version', 'command'].includes(
			parseCommandLine(words).kind,
		);
	} catch (error) {
		return error instanceof FarmError && error.code === 'INVALID';
	}
};

test('every example in the command table can be parsed', (t) => {
	for (const {name, examples} of commandTable) {
		t.true(examples.length > 0, name);
		for (const example of examples) {
			// As a shell would take it apart.
			const words = example.command
				.split(/ (?:>|<<<|\|) /v, 1)[0]!
				.matchAll(/'(?<quoted>[^']*)'|(?<bare>\S+)/gv)
				.map(({groups}) => groups!['quoted'] ?? groups!['bare']!)
				.toArray();
			const parsed = parseCommandLine(words);
			t.true(
				parsed.kind === 'command' && parsed.command.name === name,
				example.command,
			);
		}
	}
});

test('the command table is sound', (t) => {
	const names = commandTable.map(({name}) => name);
	t.is(new Set(names).size, names.length);
	for (const {name, flags, arguments: words} of commandTable) {
		const [first = '', second] = name.split(' ', 2);
		t.is(
			second !== undefined,
			second !== undefined &&
				commandFamilies.some((family) => family.name === first),
			name,
		);
		t.true(
			Object.keys(flags).every((flag) => !Object.hasOwn(globalFlags, flag)),
			name,
		);
		t.true(
			words.slice(0, -1).every(({isMultiple}) => isMultiple !== true),
			name,
		);
	}
});

test('the help of every command fits into 80 columns and names every flag', (t) => {
	for (const about of [
		'',
		...commandFamilies.map(({name}) => name),
		...commandTable.map(({name}) => name),
	]) {
		const lines = helpText(about).split('\n');
		const isExample = (line: string): boolean =>
			line.startsWith('  lifeblood ');
		t.deepEqual(
			lines.filter((line) => line.length > 80 && !isExample(line)),
			[],
			`Of: ${about}`,
		);
	}

	for (const {name, flags} of commandTable) {
		const help = helpText(name);
		for (const flag of Object.keys(flags)) {
			t.true(help.includes(`-${flag}`), `${name} --${flag}`);
		}
	}
});

test('the page of commands has every command', (t) => {
	const page = commandsPage();
	for (const {name} of commandTable) {
		t.true(page.includes(`\n## ${name}\n`), name);
	}
});

test('the help of the whole program names every command', (t) => {
	const help = helpText('');
	for (const {name} of commandTable) {
		const [first = ''] = name.split(' ', 1);
		t.regex(help, new RegExp(String.raw`^  ${first}\b`, 'mv'), name);
	}
});

import test from 'ava';
import {fieldSchemas} from '../source/ui/form/field-schema.js';
import {formInput} from '../source/ui/form/form-input.js';
import {
	changedParameters,
	chosenParameters,
	faultOf,
	toldFault,
	withFaults,
	fieldAt,
	fieldsOf,
	withPreset,
	type Form,
} from '../source/ui/form/form-state.js';
import {attributeSplitterNode} from '../source/nodes/core/attribute-splitter.js';

const schemas = fieldSchemas.parse({
	cpus: {type: 'int', label: 'Cores', default: 1, min: 1, max: 64},
	mode: {
		type: 'enum',
		label: 'Mode',
		default: 'list',
		options: ['list', 'range'],
	},
	start: {
		type: 'float',
		label: 'Start',
		default: 0,
		when: {parameter: 'mode', is: ['range']},
	},
	end: {
		type: 'float',
		label: 'End',
		default: 9,
		when: {parameter: 'start', is: [0]},
	},
	rows: {
		type: 'list',
		label: 'Rows',
		default: [],
		row: {
			name: {type: 'string', label: 'Name', default: ''},
			on: {type: 'bool', label: 'On', default: true},
		},
	},
	script: {type: 'text', label: 'Script', default: '', syntax: 'python'},
});

const opened: Form = {
	schemas,
	values: {cpus: 1, mode: 'list', start: 0, end: 9, rows: [], script: ''},
	before: {cpus: 1, mode: 'list', start: 0, end: 9, rows: [], script: ''},
	cursor: 0,
	typing: undefined,
	faults: [],
	preview: undefined,
	done: undefined,
	isLeaving: false,
};

/** Presses keys one after the other; what is longer than a key is typed. */
const press = (form: Form, ...keys: readonly string[]): Form => {
	let now = form;
	for (const name of keys) {
		const step = formInput(now, {
			kind: 'key',
			name,
			...(name.length === 1 && {text: name}),
		});
		now = step !== undefined && 'form' in step ? step.form : now;
	}

	return now;
};

const labels = (form: Form): string[] =>
	fieldsOf(form).map(({schema}) => schema.label);

test('what depends on a value, or on something that is not shown, is left out', (t) => {
	t.deepEqual(labels(opened), ['Cores', 'Mode', 'Rows', 'Script']);
	const inRange = press(opened, 'j', 'enter');
	t.deepEqual(labels(inRange), [
		'Cores',
		'Mode',
		'Start',
		'End',
		'Rows',
		'Script',
	]);
	const asExpression = press(opened, 'j', '=', 'enter');
	t.true(labels(asExpression).includes('Start'));
});

test('a number that is out of its limits is not taken, and says why', (t) => {
	const wrong = press(opened, 'enter', 'backspace', '9', '9', 'enter');
	t.is(faultOf(wrong, fieldAt(wrong)!), 'at most 64');
	t.is(wrong.values['cpus'], 1);
	const right = press(wrong, 'backspace', 'enter');
	t.is(faultOf(right, fieldAt(right)!), undefined);
	t.is(right.values['cpus'], 9);
	t.is(press(wrong, 'esc').faults.length, 0);
});

test('rows are added, typed into, moved and taken away', (t) => {
	const two = press(
		opened,
		'G',
		'k',
		'a',
		'x',
		'enter',
		'j',
		'space',
		'a',
		'y',
		'enter',
	);
	t.deepEqual(two.values['rows'], [
		{name: 'x', on: false},
		{name: 'y', on: true},
	]);
	const moved = press(two, 'K');
	t.deepEqual(moved.values['rows'], [
		{name: 'y', on: true},
		{name: 'x', on: false},
	]);
	t.deepEqual(press(moved, 'd').values['rows'], [{name: 'x', on: false}]);
	t.deepEqual(press(moved, 'd', 'd', 'd').values['rows'], []);
});

test('any value becomes an expression, and the default again', (t) => {
	const form = press(opened, '=', 'ctrl+u', '2', '*', '3', 'enter');
	t.deepEqual(form.values['cpus'], {expr: '2*3'});
	t.deepEqual(changedParameters(form), ['cpus']);
	t.is(press(form, '=').values['cpus'], 1);
	t.is(press(form, 'u').values['cpus'], 1);
});

test('a text goes to the editor, and changes are not left by accident', (t) => {
	const onText = press(opened, 'G');
	t.is(formInput(onText, {kind: 'key', name: 'enter'})?.kind, 'edit');
	t.is(formInput(opened, {kind: 'key', name: 'esc'})?.kind, 'leave');
	const changed = press(opened, 'j', 'l');
	const asked = formInput(changed, {kind: 'key', name: 'esc'});
	t.is(asked?.kind, 'form');
	t.is(
		formInput(press(changed, 'esc'), {kind: 'key', name: 'esc'})?.kind,
		'leave',
	);
});

test("a real node type's schema makes a form", (t) => {
	const own = fieldSchemas.parse(attributeSplitterNode.parameters);
	t.deepEqual(labels({...opened, schemas: own, values: {}}), [
		'Mode',
		'Attribute',
		'Chunk size',
	]);
});

test("a preset's values come into the form, forget what was wrong with the old ones, and what is not default is kept as one", (t) => {
	const form = {
		...opened,
		faults: [
			{path: ['cpus'], message: 'wrong'},
			{path: ['end'], message: 'wrong too'},
		],
	};
	const taken = withPreset(form, {cpus: 3, nothing: 1});
	t.is(taken.values['cpus'], 3);
	t.false('nothing' in taken.values);
	t.deepEqual(
		taken.faults.map(({path}) => path),
		[['end']],
	);
	t.deepEqual(changedParameters(taken), ['cpus']);
	t.deepEqual(chosenParameters(taken), {cpus: 3});
});

test('what was refused takes the cursor to its field and is told there; from elsewhere, with where it is', (t) => {
	const form = press(opened, 'G', 'k', 'a', 'x', 'enter', 'g');
	const refused = withFaults(form, [
		{path: ['rows', 0, 'name'], message: 'is no name.'},
	]);
	t.is(fieldAt(refused)?.schema.label, 'Name');
	t.is(toldFault(refused), 'is no name.');
	t.is(toldFault(press(refused, 'g')), 'Name, row 1: is no name.');
	t.is(toldFault(press(refused, 'enter', 'y', 'enter')), undefined);
	t.is(
		toldFault(
			withFaults(form, [{path: [], message: 'There is no such type.'}]),
		),
		'There is no such type.',
	);
});

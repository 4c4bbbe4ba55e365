import test from 'ava';
import {createFairWindow} from '../source/worker/fair-window.js';

const never = new AbortController().signal;

/** Enters, and notes when it is in. */
const noting = (window: ReturnType<typeof createFairWindow<string>>) => {
	const order: string[] = [];
	return {
		order,
		async enter(name: string, weight = 1, signal = never) {
			const [key = ''] = name;
			const leave = await window.enter(key, weight, signal);
			order.push(name);
			return leave;
		},
	};
};

test('no more is in at a time than there is room for', async (t) => {
	const {order, enter} = noting(createFairWindow<string>(10));
	const first = enter('a1', 6);
	const second = enter('a2', 4);
	const third = enter('a3', 1);
	const leave = await first;
	await second;
	t.deepEqual(order, ['a1', 'a2']);
	leave();
	await third;
	t.deepEqual(order, ['a1', 'a2', 'a3']);
});

test('what is larger than the window has it for itself', async (t) => {
	const {order, enter} = noting(createFairWindow<string>(10));
	const small = await enter('a1');
	const large = enter('a2', 100);
	const after = enter('a3');
	small();
	const leave = await large;
	t.deepEqual(order, ['a1', 'a2']);
	leave();
	await after;
	t.deepEqual(order, ['a1', 'a2', 'a3']);
});

test('those with one key come in their order, and different keys in turns', async (t) => {
	const {order, enter} = noting(createFairWindow<string>(1));
	const entered = ['a1', 'a2', 'a3', 'b1', 'c1', 'b2'].map(async (name) => {
		const leave = await enter(name);
		leave();
	});
	await Promise.all(entered);
	t.deepEqual(order, ['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
});

test('who gives up waiting keeps nobody else waiting', async (t) => {
	const {order, enter} = noting(createFairWindow<string>(2));
	const first = await enter('a1', 1);
	const giving = new AbortController();
	const large = enter('a2', 2, giving.signal);
	const next = enter('a3', 1);
	giving.abort(new Error('enough'));
	await t.throwsAsync(large, {message: 'enough'});
	await next;
	t.deepEqual(order, ['a1', 'a3']);
	first();
	await t.throwsAsync(enter('a4', 1, giving.signal), {message: 'enough'});
});

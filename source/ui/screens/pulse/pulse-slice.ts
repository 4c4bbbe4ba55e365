import {liveOf, type View} from '../../screen.js';

/** Minutes that the charts show. */
export const spans = [60, 30, 10] as const;

export type PulseSlice = {readonly minutes: (typeof spans)[number]};
export type PulseView = View<PulseSlice>;

export const pulseIn = (view: PulseView) => liveOf(view, 'pulse', 'pulse');
export const eventsIn = (view: PulseView) => liveOf(view, 'events', 'events');

import type {SchedulerSettings} from '../config/scheduler-settings.js';
import type {SchedulerSettings as EngineSettings} from '../scheduler/turn-context.js';

/** How long what is over is kept, as the scheduler has it. */
export const retentionSettings = (
	settings: SchedulerSettings['scheduler']['retention'],
): EngineSettings['retention'] => ({
	groupsDays: settings.groups_days,
	logsDays: settings.logs_days,
	logsBytes: settings.logs_size,
	journalDays: settings.journal_days,
	journalEntries: settings.journal_entries,
});

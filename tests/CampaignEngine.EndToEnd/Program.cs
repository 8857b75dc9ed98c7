using CampaignEngine.EndToEnd.Dispatching;
using CampaignEngine.EndToEnd.Kills;

// The same program is the test runner, the worker process that crash tests kill, and what measures kills and pauses.
return args switch
{
    [WorkerChild.Verb, .. var rest] => await WorkerChild.RunAsync(rest),
    [DoubtMeasure.Verb, .. var rest] => await DoubtMeasure.RunAsync(rest),
    [PauseMeasure.Verb, .. var rest] => await PauseMeasure.RunAsync(rest),
    [RandomKills.Verb, .. var rest] => await RandomKills.RunAsync(rest),
    _ => await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
};

using CampaignEngine.EndToEnd.Dispatching;

// The same program is the test runner, the worker process that crash tests kill, and what counts the doubts of a kill.
return args switch
{
    [WorkerChild.Verb, .. var rest] => await WorkerChild.RunAsync(rest),
    [DoubtMeasure.Verb, .. var rest] => await DoubtMeasure.RunAsync(rest),
    _ => await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
};

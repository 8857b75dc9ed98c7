using CampaignEngine.EndToEnd.Dispatching;

// The same program is the test runner and, for the crash tests, the worker process that is killed.
return args is [WorkerChild.Verb, ..]
    ? await WorkerChild.RunAsync(args[1..])
    : await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);

return await CampaignEngine.Cli.CampaignProgram.RunAsync(args);

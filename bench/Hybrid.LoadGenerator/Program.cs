using Hybrid.LoadGenerator;

return await LoadCommand.Create().Parse(args).InvokeAsync();

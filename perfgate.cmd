@echo off
rem Short name for "dotnet run --project PerfGate.Host --".
dotnet run --project "%~dp0PerfGate.Host" -- %*

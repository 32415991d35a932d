@echo off
rem Started by the task "chibo"; what it says goes to data\chibo.log, with one older file beside it.
cd /d "%~dp0"
set PYTHONUTF8=1
if exist data\chibo.log for %%F in (data\chibo.log) do if %%~zF GTR 50000000 move /y data\chibo.log data\chibo.log.1 >nul
.venv\Scripts\python.exe -m bot run >>data\chibo.log 2>&1

# Dừng, khởi động, khởi động lại trợ lý chi bộ:  powershell -ExecutionPolicy Bypass -File service.ps1 restart
param([Parameter(Mandatory)][ValidateSet('start', 'stop', 'restart')][string]$Verb, [string]$Target = $PSScriptRoot)

$ErrorActionPreference = 'Stop'

if ($Verb -ne 'start') {
    # Tắt tác vụ trước, vì cứ mỗi phút nó lại thử khởi động.
    if (Get-ScheduledTask -TaskName chibo -ErrorAction SilentlyContinue) {
        Disable-ScheduledTask -TaskName chibo | Out-Null
        Stop-ScheduledTask -TaskName chibo
    }
    Get-Process | Where-Object { $_.Path -like "$Target\.venv\*" } | Stop-Process -Force
    Start-Sleep -Seconds 2
}
if ($Verb -ne 'stop') {
    Enable-ScheduledTask -TaskName chibo | Out-Null
    Start-ScheduledTask -TaskName chibo
}

#Requires -Version 5.1
#Requires -Modules ActiveDirectory
<#
.SYNOPSIS
    Does in Active Directory what cannot be done in the cloud: sealoff's onprem.csv, row by row.
.DESCRIPTION
    Reads onprem.csv beside this script. For each row it finds the account by its SID, makes sure that the name fits, and
    does what the column "do" says:

      disable       the account is disabled
      reset-twice   the password is replaced twice, so that the one before is gone from the history that
                    replication and pass-the-hash live on

    New passwords are made on the spot, 44 random characters, and are neither shown nor written down: nobody can sign in
    until the service desk sets a password by its own procedure. Rows that say "enable+reset" or "identity-provider" are
    left to you, because somebody has to be given the password; the results say so.

    Look first:  .\onprem.ps1 -WhatIf
    Then do it:  .\onprem.ps1
    What became of each row is in onprem-results.csv. It can be run again.
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'High')]
param(
    [string] $List = (Join-Path $PSScriptRoot 'onprem.csv'),
    [string] $Results = (Join-Path $PSScriptRoot 'onprem-results.csv'),
    # An account that may do this; without it, the one that runs the script.
    [System.Management.Automation.PSCredential] $Credential
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$asWhom = @{}
if ($Credential) { $asWhom.Credential = $Credential }

function New-UnknownPassword {
    $letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789!#$%&*?'
    if ($letters.Length -ne 64) { throw 'the alphabet must have 64 letters, so that every byte counts alike' }
    $password = New-Object System.Security.SecureString
    # One of each class, whatever chance brings.
    foreach ($letter in 'Aa2!'.ToCharArray()) { $password.AppendChar($letter) }
    $bytes = New-Object byte[] 44
    $random = [System.Security.Cryptography.RandomNumberGenerator]::Create()
    try { $random.GetBytes($bytes) } finally { $random.Dispose() }
    foreach ($byte in $bytes) { $password.AppendChar($letters[$byte -band 63]) }
    [Array]::Clear($bytes, 0, $bytes.Length)
    $password.MakeReadOnly()
    $password
}

function Invoke-Row {
    param($Row)
    if ($Row.do -eq 'enable+reset') { return 'left to you: set a password that the person is given, then enable the account' }
    if ($Row.do -eq 'identity-provider') { return 'left to you: change the password at the identity provider of the domain' }
    if ($Row.sid -notmatch '^S-1-5-21-\d+-\d+-\d+-\d+$') { return 'not done: the row has no SID' }

    $where = @{}
    if ($Row.domain) { $where.Server = $Row.domain }
    $user = Get-ADUser -Identity $Row.sid @where @asWhom
    if ($Row.sam_account_name -and $user.SamAccountName -ne $Row.sam_account_name) {
        return "not done: the SID belongs to $($user.SamAccountName), and the list says $($Row.sam_account_name)"
    }
    $done = @()
    foreach ($step in $Row.do.Split('+')) {
        switch ($step) {
            'disable' {
                if ($PSCmdlet.ShouldProcess($user.DistinguishedName, 'disable')) {
                    Disable-ADAccount -Identity $user.SID @where @asWhom -Confirm:$false
                    $done += 'disabled'
                }
            }
            'reset-twice' {
                if ($PSCmdlet.ShouldProcess($user.DistinguishedName, 'replace the password twice')) {
                    foreach ($time in 1, 2) {
                        Set-ADAccountPassword -Identity $user.SID -Reset -NewPassword (New-UnknownPassword) @where @asWhom -Confirm:$false
                    }
                    $done += 'password replaced twice'
                }
            }
            default { return "not done: this script does not know how to do '$step'" }
        }
    }
    if ($done) { 'done: ' + ($done -join ', ') } else { 'not done: not confirmed' }
}

$failed = 0
Import-Csv -LiteralPath $List -Encoding UTF8 | ForEach-Object {
    $row = $_
    try { $outcome = Invoke-Row -Row $row } catch { $outcome = "not done: $($_.Exception.Message)" }
    if ($outcome -notlike 'done: *') { $failed++ }
    $result = [PSCustomObject]@{
        row                 = $row.row
        user_principal_name = $row.user_principal_name
        do                  = $row.do
        outcome             = $outcome
        at                  = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ')
    }
    # Row by row: whatever ends this script, what it did is written down.
    if (-not $WhatIfPreference) { $result | Export-Csv -LiteralPath $Results -Append -NoTypeInformation -Encoding UTF8 }
    $result
} | Format-Table -AutoSize -Property row, user_principal_name, outcome
if ($failed) { Write-Warning "$failed rows are not done; see $Results" }

Attribute VB_Name = "IpsRibbon"
Option Explicit

' What the buttons of the ribbon call. A button's tag is the name of its macro in Python.

Private Const TITLE As String = "IPS"

Public Sub IpsPress(control As IRibbonControl)
    If ActiveWorkbook Is Nothing Then
        MsgBox "Open a workbook first.", vbInformation, TITLE
        Exit Sub
    End If
    #If Mac Then
        If Not IsShellSafe(ActiveWorkbook.Name) Then
            MsgBox "Rename the workbook first: on a Mac its name may have none of "" $ ` \ | !", vbExclamation, TITLE
            Exit Sub
        End If
    #End If
    On Error GoTo failed
    xlwings.RunPython PressCommand(control.Tag)
    Exit Sub
failed:
    MsgBox Err.Description, vbExclamation, TITLE
End Sub

Public Sub IpsShowFunctions(control As IRibbonControl)
    On Error GoTo failed
    ThisWorkbook.Worksheets(Array("Functions", "Licences")).Copy
    Exit Sub
failed:
    MsgBox Err.Description, vbExclamation, TITLE
End Sub

Public Sub IpsRepair(control As IRibbonControl)
    If ActiveWorkbook Is Nothing Then
        MsgBox "Open a workbook first.", vbInformation, TITLE
    Else
        RepairAndTell ActiveWorkbook
    End If
End Sub

' Python calls this on a Mac when it has ended.
Public Sub CleanUp()
    xlwings.CleanUp
End Sub

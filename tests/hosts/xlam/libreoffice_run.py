"""Runs Basic functions of a workbook in LibreOffice; for the system's Python, which has uno.

Started with LibreOffice's command and a folder for its profile. Each line of input is JSON,
{"book": path, "calls": [[function, [arguments]], …]}; each line of output the results in order.
"""

import json
import os
import signal
import subprocess
import sys
import time

import uno
from com.sun.star.beans import PropertyValue

FAULTS = (Exception,)  # what LibreOffice raises through uno has no narrower base
RUN_WITHOUT_ASKING = 4


def value(name, content):
    wanted = PropertyValue()
    wanted.Name, wanted.Value = name, content
    return wanted


def office(command, folder):
    pipe = f"ips{os.getpid()}"
    process = subprocess.Popen(
        [
            command,
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--norestore",
            "--nologo",
            f"--accept=pipe,name={pipe};urp;",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    return process, f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext"


def desktop(address, seconds=60):
    here = uno.getComponentContext()
    resolver = here.ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
    for _ in range(seconds * 4):
        try:
            there = resolver.resolve(address)
            return there.ServiceManager.createInstance("com.sun.star.frame.Desktop")
        except FAULTS:
            time.sleep(0.25)
    raise SystemExit("LibreOffice did not start")


def answers(book, calls):
    scripts = book.getScriptProvider()
    (library,) = [n for n in book.BasicLibraries.ElementNames if n != "Standard"] or ["Standard"]
    for name, arguments in calls:
        address = f"vnd.sun.star.script:{library}.{name}?language=Basic&location=document"
        try:
            yield scripts.getScript(address).invoke(tuple(arguments), (), ())[0]
        except FAULTS as fault:
            yield {"error": str(fault)[:300]}


def main(command, folder):
    process, address = office(command, folder)
    try:
        desk = desktop(address)
        options = (value("Hidden", True), value("MacroExecutionMode", RUN_WITHOUT_ASKING))
        for line in sys.stdin:
            job = json.loads(line)
            book = desk.loadComponentFromURL(f"file://{job['book']}", "_blank", 0, options)
            print(json.dumps(list(answers(book, job["calls"]))), flush=True)
            book.close(True)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


main(*sys.argv[1:])

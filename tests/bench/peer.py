"""The echo server's part that is measured, by Flask-SocketIO.

/usr/bin/python3 peer.py PORT threading|eventlet
"""
import logging
import sys

port, mode = int(sys.argv[1]), sys.argv[2]
if mode == 'eventlet':
    import eventlet
    eventlet.monkey_patch()

from flask import Flask
from flask_socketio import SocketIO, emit

logging.getLogger('werkzeug').disabled = True
app = Flask(__name__)
socketio = SocketIO(app, async_mode=mode, transports=['polling'],
                    ping_interval=25, ping_timeout=20)


@socketio.on('connect')
def connected(auth=None):
    emit('auth', auth or {})


@socketio.on('message-with-ack')
def message(arg):
    return arg


# Werkzeug is what Director ships; eventlet's server logs each request unless told.
quiet = {'log_output': False} if mode == 'eventlet' else {'allow_unsafe_werkzeug': True}
socketio.run(app, host='127.0.0.1', port=port, **quiet)

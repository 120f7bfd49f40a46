# A function that does nothing, in Python, with what its standard library has.
import http.client, json, os

api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
api.request("GET", "/2018-06-01/runtime/invocation/next")
event = api.getresponse()
request = event.headers["lambda-runtime-aws-request-id"]
json.loads(event.read())
api.request("POST", f"/2018-06-01/runtime/invocation/{request}/response", json.dumps(None))
api.getresponse().read()
